//! One message in, one outcome out.
