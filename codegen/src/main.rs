//! The program `openapi-crate`.

use std::process::ExitCode;

// Most of a generator's time goes into small allocations on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    openapi_crate::command::main()
}
