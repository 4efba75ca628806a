//! Signing keys: rotated by schedule and by hand, withdrawn at once; and the master key above them.
