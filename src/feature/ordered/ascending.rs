//! Many numbers sorted by their digits.

/// Fewer values are sorted by comparison.
const FEW: usize = 512;
/// The bit of an `f32` that is its sign.
const SIGN: u32 = 1 << 31;
/// Bits of a digit by which many values are sorted.
const DIGIT: usize = 11;

/// The values in ascending order, -0 before 0.
pub(super) fn ascending(values: &[f32]) -> Vec<f64> {
    if values.len() < FEW {
        let mut values = values.to_vec();
        values.sort_unstable_by(f32::total_cmp);
        return values.into_iter().map(f64::from).collect();
    }
    let key = |value: &f32| {
        let bits = value.to_bits();
        if bits & SIGN == 0 { bits | SIGN } else { !bits }
    };
    let mut keys: Vec<u32> = values.iter().map(key).collect();
    let mut other = vec![0; keys.len()];
    // Bits that no value has, and those above all that differ, tell none apart: interpolation by halves
    // or quarters leaves the lowest 0, and a digit that most values share is slow to count.
    let used = values.iter().fold(SIGN, |used, value| used | value.to_bits());
    let differ = keys.iter().fold(0, |differ, key| differ | (key ^ keys[0]));
    let digits = used.trailing_zeros()..u32::BITS - differ.leading_zeros();
    for shift in digits.step_by(DIGIT) {
        let digit = |key: u32| (key >> shift) as usize & ((1 << DIGIT) - 1);
        let mut places = [0_usize; 1 << DIGIT];
        for key in &keys {
            places[digit(*key)] += 1;
        }
        let mut before = 0;
        for place in &mut places {
            (*place, before) = (before, before + *place);
        }
        for key in &keys {
            let place = &mut places[digit(*key)];
            other[*place] = *key;
            *place += 1;
        }
        std::mem::swap(&mut keys, &mut other);
    }
    let value = |key: u32| f32::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN });
    keys.into_iter().map(|key| f64::from(value(key))).collect()
}
