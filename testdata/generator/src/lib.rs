//! Seeded makers of perirad's synthetic patients and phantoms.
