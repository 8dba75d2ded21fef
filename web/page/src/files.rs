//! The files of the page, read a slice at a time: a browser hands over no path, and a bundle may be larger than memory.

use std::io::{self, BufReader, Read};

use mdmlog::options::SuppliedFile;
use wasm_bindgen::prelude::*;

/// Bytes that are asked for at a time at least: each time costs as much as reading some hundred kilobytes.
const SLICE: usize = 1 << 20;

#[wasm_bindgen]
extern "C" {
    /// Fills a buffer with what stands in a file from a place on; returns how many bytes that were.
    #[wasm_bindgen(js_name = mdmlogRead, catch)]
    fn read(number: u32, from: f64, into: &mut [u8]) -> Result<u32, JsValue>;
}

/// A file that the page knows by a number.
pub struct PageFile {
    number: u32,
    size: u64,
}

impl PageFile {
    pub fn new(number: u32, size: u64) -> Self {
        Self { number, size }
    }
}

impl SuppliedFile for PageFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let cursor = Cursor { number: self.number, at: 0 };
        Ok(Box::new(BufReader::with_capacity(SLICE, cursor)))
    }
}

struct Cursor {
    number: u32,
    at: u64,
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = read(self.number, self.at as f64, buffer).map_err(|error| {
            io::Error::other(error.as_string().unwrap_or_else(|| "the browser cannot read it".to_owned()))
        })?;
        self.at += u64::from(read);
        Ok(read as usize)
    }
}
