//! `perirad model new`.

use crate::args::NewModel;
use crate::fail::{Fatal, Outcome, last_part};
use crate::load;
use crate::output::{emit, warn};
use csv::StringRecord;
use perirad::error::{Warning, nearest};
use perirad::feature::registry;
use perirad::image::Region;
use perirad::model::{
    AcquisitionInput, AcquisitionKey, ClinicalInput, FeatureInput, Predictor, TrainingInput,
    template,
};
use perirad::report::SETTINGS_COLUMN;
use perirad::settings::Settings;
use std::collections::BTreeSet;
use std::path::Path;

pub fn run(args: &NewModel) -> Result<Outcome, Fatal> {
    let settings = load::settings(&args.settings)?;
    let table = Table::read(&args.from)?;
    table.belongs_to(&settings)?;
    let inputs = if args.input.is_empty() {
        table.all(&settings)?
    } else {
        args.input.iter().map(|input| table.input(input, &settings)).collect::<Result<_, _>>()?
    };
    if table.failed > 0 {
        let message = format!("{} rows are of lesions that failed and were left out", table.failed);
        warn(&[Warning::new("model.failed_rows", message)]);
    }
    emit(&template(&args.name, &inputs, &settings), args.output.as_deref())?;
    Ok(Outcome::Done)
}

/// A features table as `extract --format csv` writes it, of one or many runs, perhaps with columns
/// of its owner's.
struct Table {
    file: String,
    head: Vec<String>,
    rows: Vec<StringRecord>,
    /// Rows of lesions that failed.
    failed: usize,
}

impl Table {
    fn read(path: &Path) -> Result<Self, Fatal> {
        let file = last_part(path).into_owned();
        let wrong = |e: csv::Error| Fatal {
            code: "model.table",
            message: format!("{file} cannot be read as a features table: {e}"),
            hint: "`perirad extract --format csv` writes one.".into(),
        };
        let mut reader = csv::Reader::from_path(path).map_err(wrong)?;
        let head: Vec<String> = reader.headers().map_err(wrong)?.iter().map(String::from).collect();
        let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(wrong)?;
        let mut table = Self { file, head, rows, failed: 0 };
        table.column("region")?;
        let status = table.column("status")?;
        let all = table.rows.len();
        table.rows.retain(|row| row.get(status) == Some("ok"));
        table.failed = all - table.rows.len();
        Ok(table)
    }

    /// Refuses a table that was made with other settings; says so where it does not tell.
    fn belongs_to(&self, settings: &Settings) -> Result<(), Fatal> {
        let at = self.head.iter().position(|head| head == SETTINGS_COLUMN);
        let cells = self.rows.iter().map(|row| at.and_then(|at| row.get(at)).unwrap_or_default());
        let found: BTreeSet<&str> = cells.collect();
        let expected = settings.digest();
        let others: Vec<&str> =
            found.iter().copied().filter(|d| !d.is_empty() && *d != expected).collect();
        if !others.is_empty() {
            return Err(Fatal {
                code: "model.table_settings",
                message: format!(
                    "{} has rows made with settings {}, those of --settings are {expected}",
                    self.file,
                    others.join(", ")
                ),
                hint: "Name the settings the table was made with; rows of other settings belong \
                       into a table of their own."
                    .into(),
            });
        }
        if found.contains("") {
            let message = format!(
                "{}: not all rows say in a column '{SETTINGS_COLUMN}' which settings made them; they \
                 are taken to be those of --settings",
                self.file
            );
            warn(&[Warning::new("model.table_settings_unknown", message)]);
        }
        Ok(())
    }

    fn column(&self, name: &str) -> Result<usize, Fatal> {
        self.head.iter().position(|head| head == name).ok_or_else(|| {
            let like = nearest(name, self.head.iter().map(String::as_str));
            Fatal {
                code: "model.column",
                message: format!("{} has no column '{name}'", self.file),
                hint: like.map_or_else(
                    || "`perirad extract --format csv` writes such tables.".into(),
                    |like| format!("Did you mean '{like}'?"),
                ),
            }
        })
    }

    /// Numbers of a column in rows of a region, or in every lesion's first row.
    fn values(&self, column: usize, region: Option<Region>) -> Result<Vec<f64>, Fatal> {
        let places = self.column("region")?;
        let first = self.rows.first().and_then(|row| row.get(places));
        let rows = self.rows.iter().filter(|row| {
            let place = row.get(places);
            region.map_or(place == first, |region| place == Some(region.name()))
        });
        let cells = rows.filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
        cells
            .map(|cell| {
                cell.parse().map_err(|_| Fatal {
                    code: "model.cell",
                    message: format!("{}: '{cell}' is not a number", self.file),
                    hint: format!("Column '{}' is to hold numbers.", self.head[column]),
                })
            })
            .collect()
    }

    /// One input by its name: REGION:FEATURE:AGGREGATION, kvp, or a clinical one.
    fn input(&self, name: &str, settings: &Settings) -> Result<TrainingInput, Fatal> {
        let Some((region, column)) = name.split_once(':') else {
            let predictor = if name == "kvp" {
                Predictor::Acquisition(AcquisitionInput { acquisition: AcquisitionKey::Kvp })
            } else {
                Predictor::Clinical(ClinicalInput { clinical: name.into() })
            };
            // The table's owner may have added it, or not.
            let known = self.column(name).ok();
            let values = known.map_or_else(|| Ok(Vec::new()), |at| self.values(at, None))?;
            return Ok(TrainingInput { predictor, values });
        };
        let region = Region::try_from(region.to_string()).map_err(|message| Fatal {
            code: "model.input",
            message,
            hint: "Inputs are REGION:FEATURE:AGGREGATION, kvp, or clinical names.".into(),
        })?;
        let (feature, aggregation) = column.rsplit_once(':').unwrap_or((column, ""));
        let columns = registry::columns(settings.wanted());
        let made = |(spec, made): &(&perirad::feature::Spec, perirad::matrix::Aggregation)| {
            spec.key == feature && made.name() == aggregation
        };
        if !columns.iter().any(made) {
            let names = columns.iter().map(|(spec, made)| format!("{}:{}", spec.key, made.name()));
            let names: Vec<String> = names.collect();
            let like = nearest(column, names.iter().map(String::as_str));
            return Err(Fatal {
                code: "model.input",
                message: format!("the settings make no '{column}'"),
                hint: like.map_or_else(
                    || "Inputs are REGION:FEATURE:AGGREGATION, kvp, or clinical names.".into(),
                    |like| format!("Did you mean '{}:{like}'?", region.name()),
                ),
            });
        }
        let values = self.values(self.column(column)?, Some(region))?;
        let (feature, aggregation) = (feature.into(), aggregation.into());
        let predictor = Predictor::Feature(FeatureInput { region, feature, aggregation });
        Ok(TrainingInput { predictor, values })
    }

    /// Every feature that the settings make and the table has, of every region in it.
    fn all(&self, settings: &Settings) -> Result<Vec<TrainingInput>, Fatal> {
        let places = self.column("region")?;
        let mut inputs = Vec::new();
        for region in Region::all() {
            if !self.rows.iter().any(|row| row.get(places) == Some(region.name())) {
                continue;
            }
            for (spec, aggregation) in registry::columns(settings.wanted()) {
                let name = format!("{}:{}:{}", region.name(), spec.key, aggregation.name());
                inputs.push(self.input(&name, settings)?);
            }
        }
        Ok(inputs)
    }
}
