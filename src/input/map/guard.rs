//! The SIGBUS handler and the table of maps that it looks faults up in.
//!
//! A handler may not lock or allocate, so the table is a list of fixed chunks that only grows, and each slot is read
//! with a sequence number: one that changes while it is read cannot be the faulting map's, since that map is borrowed
//! by the faulting thread and thus stays registered.

use std::io;
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst};

use libc::{c_int, c_void, siginfo_t};

use super::hits::Hits;

/// Maps a chunk of the table has room for; a run with more chains another chunk.
const SLOTS: usize = 256;

/// Bytes that are replaced by zeros at a time: one page at a time would take a signal for each page of a file that is gone.
const WINDOW: usize = 64 << 10;

/// One registered map. `start` is 0 in a free slot.
struct Slot {
    sequence: AtomicUsize,
    start: AtomicUsize,
    end: AtomicUsize,
    hits: AtomicPtr<AtomicUsize>,
}

struct TableChunk {
    slots: [Slot; SLOTS],
    next: AtomicPtr<TableChunk>,
}

impl TableChunk {
    const fn new() -> Self {
        Self {
            slots: [const {
                Slot {
                    sequence: AtomicUsize::new(0),
                    start: AtomicUsize::new(0),
                    end: AtomicUsize::new(0),
                    hits: AtomicPtr::new(ptr::null_mut()),
                }
            }; SLOTS],
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }
}

static TABLE: TableChunk = TableChunk::new();
/// Held by whoever changes the table; says whether the handler is installed.
static WRITER: Mutex<bool> = Mutex::new(false);
static PAGE: AtomicUsize = AtomicUsize::new(4096);
/// The handler of SIGBUS that was there before.
static PREVIOUS: AtomicPtr<libc::sigaction> = AtomicPtr::new(ptr::null_mut());

/// Keeps a map in the table for as long as it lives.
pub(super) struct Registration {
    slot: &'static Slot,
    // The handler counts through a pointer into this; it must outlive the slot's use.
    _hits: Hits,
}

impl Drop for Registration {
    fn drop(&mut self) {
        let _writer = WRITER.lock();
        self.slot.write(0, 0, ptr::null_mut());
    }
}

impl Slot {
    /// Fills or empties it. To be called with the writer's lock held.
    fn write(&self, start: usize, end: usize, hits: *mut AtomicUsize) {
        self.sequence.fetch_add(1, SeqCst);
        self.start.store(start, SeqCst);
        self.end.store(end, SeqCst);
        self.hits.store(hits, SeqCst);
        self.sequence.fetch_add(1, SeqCst);
    }

    /// Returns the end of the map and its counter, when the address is inside it.
    fn find(&self, address: usize) -> Option<(usize, *mut AtomicUsize)> {
        let before = self.sequence.load(SeqCst);
        let (start, end, hits) = (self.start.load(SeqCst), self.end.load(SeqCst), self.hits.load(SeqCst));
        let steady = before.is_multiple_of(2) && self.sequence.load(SeqCst) == before;
        (steady && start != 0 && (start..end).contains(&address)).then_some((end, hits))
    }
}

/// Puts a map under guard.
pub(super) fn register(map: &[u8], hits: &Hits) -> io::Result<Registration> {
    let mut installed = WRITER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !*installed {
        install()?;
        *installed = true;
    }
    let page = PAGE.load(SeqCst);
    let start = map.as_ptr() as usize;
    // A map covers its last page to the end.
    let end = (start + map.len()).next_multiple_of(page);
    let slot = free_slot();
    slot.write(start, end, std::sync::Arc::as_ptr(&hits.0).cast_mut());
    Ok(Registration { slot, _hits: hits.clone() })
}

/// Returns a free slot; the table grows when there is none. To be called with the writer's lock held.
fn free_slot() -> &'static Slot {
    let mut chunk: &'static TableChunk = &TABLE;
    loop {
        if let Some(slot) = chunk.slots.iter().find(|slot| slot.start.load(SeqCst) == 0) {
            return slot;
        }
        let next = chunk.next.load(SeqCst);
        chunk = if next.is_null() {
            // Never freed: the handler may be walking the list.
            let fresh: &'static mut TableChunk = Box::leak(Box::new(TableChunk::new()));
            chunk.next.store(fresh, SeqCst);
            fresh
        } else {
            // SAFETY: chunks are leaked and never changed but through their atomics.
            unsafe { &*next }
        };
    }
}

fn install() -> io::Result<()> {
    // SAFETY: plain calls with pointers to locals that are zeroed, which is a valid `sigaction`; the handler keeps to
    // what is safe in a signal handler. SA_ONSTACK, since a stack overflow can arrive as SIGBUS as well.
    unsafe {
        if let Ok(page @ 1..) = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)) {
            PAGE.store(page, SeqCst);
        }
        let mut previous: libc::sigaction = std::mem::zeroed();
        if libc::sigaction(libc::SIGBUS, ptr::null(), &mut previous) != 0 {
            return Err(io::Error::last_os_error());
        }
        PREVIOUS.store(Box::leak(Box::new(previous)), SeqCst);
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_sigbus as extern "C" fn(c_int, *mut siginfo_t, *mut c_void) as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&mut action.sa_mask);
        if libc::sigaction(libc::SIGBUS, &action, ptr::null_mut()) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Runs inside the faulting thread: atomics and system calls only, no lock, no allocation, no panic.
extern "C" fn on_sigbus(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel hands a valid `siginfo_t` to a handler with SA_SIGINFO.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr() as usize) };
    // Codes from the kernel are positive; a SIGBUS that someone sent carries no address.
    if code > 0 && replace(address) {
        return;
    }
    pass_on(signal, code, info, context);
}

/// Puts zeros where the file is gone, when the address is in one of the maps.
fn replace(address: usize) -> bool {
    let mut chunk: *const TableChunk = &TABLE;
    while !chunk.is_null() {
        // SAFETY: the table is static and its further chunks are leaked.
        let current = unsafe { &*chunk };
        for slot in &current.slots {
            let Some((end, hits)) = slot.find(address) else { continue };
            let page = PAGE.load(SeqCst);
            let start = address - address % page;
            let length = WINDOW.min(end.saturating_sub(start));
            // SAFETY: the range lies inside a map that the faulting thread borrows, so nobody unmaps it now. The pages
            // before and after are not touched. `mmap` is a bare system call on the systems that this runs on.
            let placed = unsafe {
                libc::mmap(
                    start as *mut c_void,
                    length,
                    libc::PROT_READ,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                    -1,
                    0,
                )
            };
            if placed == libc::MAP_FAILED {
                return false;
            }
            // SAFETY: the registration, which is alive as the map is, owns the counter.
            unsafe { (*hits).fetch_add(1, SeqCst) };
            return true;
        }
        chunk = current.next.load(SeqCst);
    }
    false
}

/// Does what would have happened without this handler.
fn pass_on(signal: c_int, code: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let previous = PREVIOUS.load(SeqCst);
    if previous.is_null() {
        return;
    }
    // SAFETY: stored once before the handler was installed, and leaked. Its address of a handler is one that someone
    // gave to `sigaction`, with the signature that its flags tell.
    unsafe {
        let previous = &*previous;
        match previous.sa_sigaction {
            // A fault that is ignored would happen again without end; the kernel ends the process either way.
            libc::SIG_IGN if code <= 0 => {}
            libc::SIG_DFL | libc::SIG_IGN => {
                libc::signal(signal, libc::SIG_DFL);
                if code <= 0 {
                    libc::raise(signal);
                }
            }
            handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = std::mem::transmute(handler);
                handler(signal, info, context);
            }
            handler => {
                let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
    }
}
