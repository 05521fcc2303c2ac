"""One package, one case: loads it, and then measures it a few times for each line of its standard input.

    peer.py PACKAGE --image I --mask M --families fo_glrlm|all [--resample] [--threads N] [--lesions N]
            [--roi NAME] [--no-info] [--once]

Answers in lines of JSON: what was loaded, then the seconds of the measurements of each line, and at the
end of the input the values. With `--once` it measures once and leaves: the whole process is what is timed,
from outside.

Bins are 10 HU wide, from -1000 HU on where the package lets them; linear interpolation to 1 mm, nearest
voxel for the mask; 13 directions averaged, or one merged matrix where the package has no average.
"""

import argparse
import json
import logging
import os
import sys
import time
import warnings
from importlib.metadata import version

BEGUN = time.perf_counter()
LOWEST, HIGHEST, WIDTH = -1000.0, 3000.0, 10.0
# Measurements for each line, and seconds after which none follows: as in perirad.rs.
CALLS, LONG = 6, 0.2


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--image", required=True)
    parser.add_argument("--mask", required=True)
    parser.add_argument("--families", choices=["fo_glrlm", "all"], default="fo_glrlm")
    parser.add_argument("--resample", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--lesions", type=int, default=0)
    parser.add_argument("--roi")
    parser.add_argument("--no-info", action="store_true")
    parser.add_argument("--once", action="store_true")
    return parser.parse_args()


def numbers(row):
    """What of a row of results is a number."""
    found = {}
    for name, value in row.items():
        try:
            found[str(name)] = float(value)
        except (TypeError, ValueError):
            pass
    return found


class Pictologics:
    """It keeps boxes and cuts as long as the arrays live: every call gets fresh copies."""

    distribution = "pictologics"

    def __init__(self, asked):
        if asked.once:
            os.environ["PICTOLOGICS_DISABLE_WARMUP"] = "1"
        from pictologics import RadiomicsPipeline, load_image

        texture = {"fo_glrlm": ["intensity", "glrlm"]}
        all_of_it = ["intensity", "morphology", "texture", "histogram", "ivh"]
        parts = {
            "families": texture.get(asked.families, all_of_it),
            "include_spatial_intensity": False,
            "include_local_intensity": False,
        }
        steps = [
            ("discretise", {"method": "FBS", "bin_width": WIDTH, "min_val": LOWEST}),
            ("extract_features", parts),
        ]
        if asked.resample:
            steps.insert(0, ("resample", {"new_spacing": [1.0] * 3, "interpolation": "linear"}))
        self.pipeline = RadiomicsPipeline(load_standard=False)
        self.pipeline.add_config("own", [{"step": name, "params": params} for name, params in steps])
        self.lesions = asked.lesions
        self.loaded = load_image(asked.image), load_image(asked.mask, stored_type=True)
        self.fresh = self.loaded if asked.once else None

    def prepare(self):
        from dataclasses import replace

        self.fresh = tuple(replace(one, array=one.array.copy(order="K")) for one in self.loaded)

    def measure(self):
        image, mask = self.fresh
        if self.lesions:
            labels = list(range(1, self.lesions + 1))
            found = self.pipeline.run_rois(image, mask, labels=labels, config_names=["own"])
            return {"lesions": len(found)}
        return numbers(self.pipeline.run(image, mask, config_names=["own"])["own"])


class Extractor:
    """What pyradiomics and flash-radiomics share."""

    def settings(self, asked):
        own = {"binWidth": WIDTH, "additionalInfo": not asked.no_info}
        if asked.resample:
            one = {"resampledPixelSpacing": [1, 1, 1], "interpolator": "sitkLinear", "padDistance": 5}
            own |= one
        return own

    def choose(self, asked):
        self.extractor.disableAllFeatures()
        classes = ["firstorder", "glrlm"]
        if asked.families == "all":
            classes += ["shape", "glcm", "glszm", "gldm", "ngtdm"]
        for name in classes:
            self.extractor.enableFeatureClassByName(name)

    def load(self, asked):
        import SimpleITK as sitk

        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(asked.threads)
        self.lesions = asked.lesions
        self.image, self.mask = sitk.ReadImage(asked.image), sitk.ReadImage(asked.mask)

    def prepare(self):
        pass

    def measure(self):
        if not self.lesions:
            return self.one(1)
        return {"lesions": len([self.one(label) for label in range(1, self.lesions + 1)])}


class Pyradiomics(Extractor):
    distribution = "pyradiomics"

    def __init__(self, asked):
        import radiomics
        from radiomics import featureextractor

        radiomics.setVerbosity(60)
        self.extractor = featureextractor.RadiomicsFeatureExtractor(**self.settings(asked))
        self.choose(asked)
        self.load(asked)

    def one(self, label):
        return numbers(self.extractor.execute(self.image, self.mask, label=label))


class Flash(Extractor):
    """It keeps what it made of the same image and mask: that is emptied. It always writes a file."""

    distribution = "flash-radiomics"

    def __init__(self, asked):
        import tempfile

        from flash_radiomics import RadiomicsFeatureExtractor

        logging.disable(logging.CRITICAL)
        own = self.settings(asked) | {"backend": "cpu", "num_threads": asked.threads}
        self.extractor = RadiomicsFeatureExtractor(**own)
        self.choose(asked)
        self.load(asked)
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)

    def prepare(self):
        self.extractor._preprocess_cache.clear()
        self.extractor._preprocess_cache_order.clear()

    def one(self, label):
        self.prepare()
        where = os.path.join(self.folder.name, "features.h5")
        found = self.extractor.execute(self.image, self.mask, label=label, output_hdf5_path=where)
        return numbers(found)


class Mirp:
    """It takes files, and reads them in every call."""

    distribution = "mirp"

    def __init__(self, asked):
        logging.disable(logging.CRITICAL)
        import mirp

        self.extract = mirp.extract_features
        families = ["statistics", "rlm"]
        if asked.families == "all":
            families += ["morphology", "ivh", "intensity_histogram", "glcm", "szm", "dzm", "tdm", "ngldm"]
        self.options = {
            "image": asked.image,
            "mask": asked.mask,
            "image_modality": "ct",
            "base_feature_families": families,
            "base_discretisation_method": "fixed_bin_size",
            "base_discretisation_bin_width": WIDTH,
            "resegmentation_intensity_range": [LOWEST, HIGHEST],
            "glrlm_spatial_method": "3d_average",
            "glcm_spatial_method": "3d_average",
        }
        if asked.families == "all":
            self.options |= {"ivh_discretisation_method": "none"}
        if asked.resample:
            self.options |= {"new_spacing": 1.0, "spline_order": 1}
        if asked.roi:
            self.options["roi_name"] = asked.roi

    def prepare(self):
        pass

    def measure(self):
        return numbers(self.extract(**self.options)[0].iloc[0])


class Zrad:
    distribution = "z-rad"

    def __init__(self, asked):
        from zrad import preprocessing
        from zrad.image import Image
        from zrad.radiomics import Radiomics

        self.steps, self.resample = preprocessing, asked.resample
        self.radiomics = Radiomics(aggr_dim="3D", aggr_method="AVER")
        self.families = ["intensity_statistics", "glrlm"]
        if asked.families == "all":
            self.families += ["morphology", "intensity_histogram", "glcm", "glszm", "ngtdm", "ngldm"]
        self.image = Image.from_nifti(asked.image)
        self.mask = Image.from_nifti_mask(asked.mask, reference=self.image)

    def prepare(self):
        pass

    def measure(self):
        steps, image, mask = self.steps, self.image, self.mask
        if self.resample:
            one = {"resolution": (1.0, 1.0, 1.0)}
            image = steps.ImageResampler(**one, method="linear", intensity_rounding=None).apply(image)
            mask = steps.MaskResampler(**one, method="nearest_neighbor").apply(mask)
        roi = steps.RoiData(image=image, morphological_mask=mask)
        for step in [
            steps.IntensityMaskBuilder(),
            steps.Resegmenter(intensity_range=(LOWEST, HIGHEST)),
            steps.RoiCropper(padding=1),
            steps.TextureDiscretizer(bin_size=WIDTH),
        ]:
            roi = step.apply(roi)
        return numbers(self.radiomics.extract_features(roi_data=roi, families=self.families))


class Nyxus:
    """It neither resamples nor knows bins of a width in 3D, and reads its files in every call."""

    distribution = "nyxus"

    def __init__(self, asked):
        import nyxus

        groups = ["*3D_ALL_INTENSITY*", "*3D_GLRLM*"]
        if asked.families == "all":
            more = ["ALL_MORPHOLOGY", "GLCM", "GLSZM", "GLDM", "NGTDM"]
            groups += [f"*3D_{name}*" for name in more]
        self.extract = nyxus.Nyxus3D(groups, n_feature_calc_threads=asked.threads, coarse_gray_depth=64)
        self.files = [asked.image], [asked.mask]

    def prepare(self):
        pass

    def measure(self):
        return numbers(self.extract.featurize_files(*self.files, False).iloc[0])


PACKAGES = {
    "pictologics": Pictologics,
    "pyradiomics": Pyradiomics,
    "flash": Flash,
    "mirp": Mirp,
    "zrad": Zrad,
    "nyxus": Nyxus,
}


def say(**what):
    print(json.dumps(what), file=ANSWERS, flush=True)


def main(asked):
    for name in ["OMP", "OPENBLAS", "MKL", "NUMBA", "PICTOLOGICS"]:
        os.environ[f"{name}_NUM_THREADS"] = str(asked.threads)
    os.environ["ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"] = str(asked.threads)
    warnings.filterwarnings("ignore")
    package = PACKAGES[asked.package](asked)
    if asked.once:
        say(values=package.measure())
        return
    say(ready=time.perf_counter() - BEGUN, version=version(package.distribution))
    values = {}
    for _ in sys.stdin:
        taken = []
        while len(taken) < CALLS and sum(taken) < LONG:
            package.prepare()
            begun = time.perf_counter()
            values = package.measure()
            taken.append(time.perf_counter() - begun)
        say(seconds=taken)
    say(values=values)


if __name__ == "__main__":
    # Packages print what they like: answers go where standard output went, that goes to the errors.
    ANSWERS = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    main(arguments())
