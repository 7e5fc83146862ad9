//! Random numbers. They differ from each other, and may be known to others.
//!
//! Those of the standard library and of `fastrand` are the same in every program here.

pub(crate) fn random() -> u64 {
    // One of JavaScript has 52 random bits.
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    u64::from(half()) << 32 | u64::from(half())
}
