//! Facts of the scan that models and readers ask for.

use serde::{Deserialize, Serialize};

/// What the file says of how the image was made; `None` where it says nothing.
///
/// It holds nothing that identifies the patient.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Acquisition {
    /// DICOM Modality, e.g. `CT`.
    pub modality: Option<String>,
    /// Peak tube voltage, kV (0018,0060).
    pub kvp: Option<f64>,
    /// Convolution kernel (0018,1210).
    pub kernel: Option<String>,
    /// Nominal slice thickness, mm (0018,0050).
    pub slice_thickness_mm: Option<f64>,
    /// Contrast or bolus agent (0018,0010).
    pub contrast_agent: Option<String>,
    /// Manufacturer (0008,0070).
    pub manufacturer: Option<String>,
    /// Manufacturer's model name (0008,1090).
    pub scanner: Option<String>,
}
