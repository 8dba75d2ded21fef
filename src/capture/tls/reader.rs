//! A cursor over bytes that a snap length may have cut: what is there is read, and the first missing byte ends the reading
//! without being an error.

/// The rest of the input, read from its beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes exactly so many bytes, or nothing and the cursor stays.
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// Takes at most so many bytes: fewer where the input was cut.
    pub(super) fn take_lax(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    pub(super) fn u24(&mut self) -> Option<usize> {
        let high = self.u8()?;
        let low = self.u16()?;
        Some(usize::from(high) << 16 | usize::from(low))
    }

    /// Takes a vector with a length of one byte before it, whole.
    pub(super) fn vector8(&mut self) -> Option<&'a [u8]> {
        let length = self.u8()?;
        self.take(usize::from(length))
    }

    /// Takes a vector with a length of two bytes before it, whole.
    pub(super) fn vector16(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    /// Takes a vector with a length of two bytes before it, as far as it is there.
    pub(super) fn vector16_lax(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        Some(self.take_lax(usize::from(length)))
    }
}
