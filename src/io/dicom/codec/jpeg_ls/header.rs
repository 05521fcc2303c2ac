//! The parameters of a JPEG-LS scan (T.87 annex C).

use super::super::markers::{Fields, frame};
use crate::io::dicom::image::Image;

/// What a scan is coded with, checked.
pub(super) struct Parameters {
    /// Bits of a sample.
    pub precision: u32,
    /// Largest sample.
    pub max: i32,
    /// How far a decoded sample may lie from the original; 0 is lossless.
    pub near: i32,
    /// Where gradients change their class.
    pub thresholds: [i32; 3],
    /// After how many samples statistics are halved.
    pub reset: i32,
}

impl Parameters {
    /// Reads the headers; also the bytes of the scan.
    pub fn read<'a>(bytes: &'a [u8], image: &Image) -> Result<(Self, &'a [u8]), String> {
        let mut fields = Fields::new(bytes);
        if fields.marker()? != 0xD8 {
            return Err("it does not start as JPEG-LS".into());
        }
        let (mut precision, mut presets) = (None, [0; 5]);
        loop {
            let code = fields.marker()?;
            let mut segment = fields.segment()?;
            match code {
                0xF7 => precision = Some(frame(&mut segment, image)?),
                0xF8 => presets = preset(&mut segment)?,
                0xDD => return Err("it has restart intervals, which are not read".into()),
                0xE0..=0xEF | 0xFE => {}
                0xDA => {
                    let precision = precision.ok_or("its scan comes before its frame header")?;
                    let near = scan(&mut segment)?;
                    return Ok((Self::new(precision, near, presets)?, fields.rest()));
                }
                _ => return Err(format!("unexpected marker FF{code:02X}")),
            }
        }
    }

    fn new(precision: u32, near: i32, presets: [i32; 5]) -> Result<Self, String> {
        let [max, t1, t2, t3, reset] = presets;
        let largest = (1 << precision) - 1;
        let or = |preset: i32, default: i32| if preset == 0 { default } else { preset };
        let max = or(max, largest);
        if max > largest || near > max / 2 {
            return Err(format!("MAXVAL {max} and NEAR {near} do not fit {precision} bits"));
        }
        let [d1, d2, d3] = default_thresholds(max, near);
        let thresholds = [or(t1, d1), or(t2, d2), or(t3, d3)];
        let ascend = near < thresholds[0] && thresholds.is_sorted() && thresholds[2] <= max;
        let reset = or(reset, 64);
        if !ascend || !(3..=max.max(255)).contains(&reset) {
            return Err(format!("its thresholds {thresholds:?} or RESET {reset} are impossible"));
        }
        Ok(Self { precision, max, near, thresholds, reset })
    }
}

/// Preset parameters (C.2.4.1): MAXVAL, three thresholds, RESET; 0 where the default holds.
fn preset(segment: &mut Fields<'_>) -> Result<[i32; 5], String> {
    let kind = segment.u8()?;
    if kind != 1 {
        return Err(format!("it has preset parameters of type {kind}, expected 1"));
    }
    let mut presets = [0; 5];
    for preset in &mut presets {
        *preset = i32::from(segment.u16()?);
    }
    Ok(presets)
}

/// The scan header (C.2.3): NEAR.
fn scan(segment: &mut Fields<'_>) -> Result<i32, String> {
    let components = segment.u8()?;
    if components != 1 {
        return Err(format!("its scan has {components} components, expected 1"));
    }
    segment.u8()?;
    let table = segment.u8()?;
    let near = i32::from(segment.u8()?);
    let (interleave, transform) = (segment.u8()?, segment.u8()?);
    if table != 0 || interleave != 0 || transform != 0 {
        return Err("its scan has a mapping table, interleaving or point transform".into());
    }
    Ok(near)
}

/// Default thresholds (C.2.4.1.1.1).
fn default_thresholds(max: i32, near: i32) -> [i32; 3] {
    let within = |value: i32, least: i32| if value > max || value < least { least } else { value };
    let [t1, t2, t3] = if max >= 128 {
        let factor = (max.min(4095) + 128) / 256;
        [factor + 2 + 3 * near, factor * 4 + 3 + 5 * near, factor * 17 + 4 + 7 * near]
    } else {
        let factor = 256 / (max + 1);
        let at_least = |least: i32, basic: i32, near: i32| least.max(basic / factor + near);
        [at_least(2, 3, 3 * near), at_least(3, 7, 5 * near), at_least(4, 21, 7 * near)]
    };
    let t1 = within(t1, near + 1);
    let t2 = within(t2, t1);
    [t1, t2, within(t3, t2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_thresholds_are_those_of_the_standard() {
        assert_eq!(default_thresholds(255, 0), [3, 7, 21]);
        assert_eq!(default_thresholds(4095, 0), [18, 67, 276]);
        assert_eq!(default_thresholds(65535, 0), [18, 67, 276]);
        assert_eq!(default_thresholds(255, 3), [12, 22, 42]);
        assert_eq!(default_thresholds(15, 0), [2, 3, 4]);
    }

    #[test]
    fn impossible_parameters_are_refused() {
        assert!(Parameters::new(8, 0, [0; 5]).is_ok());
        for presets in [[256, 0, 0, 0, 0], [0, 9, 5, 21, 0], [0, 0, 0, 256, 0], [0, 0, 0, 0, 2]] {
            assert!(Parameters::new(8, 0, presets).is_err(), "{presets:?}");
        }
        assert!(Parameters::new(8, 128, [0; 5]).is_err());
        assert!(Parameters::new(8, 9, [0, 5, 50, 60, 0]).is_err());
    }
}
