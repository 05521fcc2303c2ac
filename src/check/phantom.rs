//! What is checked: images somebody else made, and what others measured on them.

/// An image, how it is measured, and where its published values are.
#[derive(Debug, Clone, Copy)]
pub struct Phantom {
    /// Name in tables.
    pub name: &'static str,
    /// Preset it is measured with.
    pub preset: &'static str,
    /// Where image and mask may be, relative to the folder; the first pair found is taken.
    pub places: &'static [[&'static str; 2]],
    /// ROI of a mask that has several.
    pub roi: Option<&'static str>,
    /// Published values.
    pub values: Values,
}

/// Where the published values of a phantom are.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// A table that perirad carries.
    Own(&'static str),
    /// A table beside the image, the rows of this phantom in it; paths relative to the folder.
    Beside(&'static [&'static str]),
    /// None: every feature must have a value.
    Absent,
}

const DIGITAL: &[[&str; 2]] = &[
    ["ibsi1/digital_phantom/image.nii.gz", "ibsi1/digital_phantom/mask.nii.gz"],
    ["digital_phantom/image.nii.gz", "digital_phantom/mask.nii.gz"],
    [
        "ibsi_1_digital_phantom/nifti/image/phantom.nii.gz",
        "ibsi_1_digital_phantom/nifti/mask/mask.nii.gz",
    ],
];

const CT: &[[&str; 2]] = &[
    ["ibsi1/ct_phantom/dicom", "ibsi1/ct_phantom/dicom_rtstruct"],
    ["ct_phantom/dicom", "ct_phantom/dicom_rtstruct"],
    ["ibsi_1_ct_radiomics_phantom/dicom/image", "ibsi_1_ct_radiomics_phantom/dicom/mask"],
];

const fn ct(name: &'static str, preset: &'static str, values: Values) -> Phantom {
    Phantom { name, preset, places: CT, roi: Some("GTV-1"), values }
}

const fn sarcoma(name: &'static str, places: &'static [[&'static str; 2]]) -> Phantom {
    const TABLES: &[&str] =
        &["ibsi1_validation_sts/team_consensus_values.csv", "team_consensus_values.csv"];
    Phantom { name, preset: "ibsi-sts", places, roi: None, values: Values::Beside(TABLES) }
}

/// Image and mask of a sarcoma patient.
macro_rules! sarcoma_places {
    ($name:literal) => {
        &[
            [
                concat!("ibsi1_validation_sts/", $name, "/image.nii.gz"),
                concat!("ibsi1_validation_sts/", $name, "/mask.nii.gz"),
            ],
            [concat!($name, "/image.nii.gz"), concat!($name, "/mask.nii.gz")],
        ]
    };
}

/// All phantoms, in the order of the columns.
pub const PHANTOMS: &[Phantom] = &[
    Phantom {
        name: "digital",
        preset: "ibsi-digital",
        places: DIGITAL,
        roi: None,
        values: Values::Own(include_str!("../../testdata/ibsi/digital_phantom_values.csv")),
    },
    ct("A", "ibsi-a", Values::Own(include_str!("../../testdata/ibsi/ct_phantom_a_values.csv"))),
    ct("B", "ibsi-b", Values::Own(include_str!("../../testdata/ibsi/ct_phantom_b_values.csv"))),
    ct("C", "ibsi-c", Values::Own(include_str!("../../testdata/ibsi/ct_phantom_c_values.csv"))),
    ct("D", "ibsi-d", Values::Absent),
    ct("E", "ibsi-e", Values::Absent),
    sarcoma("STS_002", sarcoma_places!("STS_002")),
    sarcoma("STS_019", sarcoma_places!("STS_019")),
    sarcoma("STS_032", sarcoma_places!("STS_032")),
    sarcoma("STS_042", sarcoma_places!("STS_042")),
];
