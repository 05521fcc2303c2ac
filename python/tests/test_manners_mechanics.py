"""Threads, forks, interrupts, pickles, memory, imports."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import perirad
import pytest
from conftest import PLACE, ROOT


def run(code: str, *args: str, **more) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(code), *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **more)


def test_pickles(phantom, patient):
    clinical = {"node": 0, "head_and_neck": 0}
    sets = perirad.extract_all(
        *patient, roi="GTV*", roi_many="separate", model="demo-synthetic", clinical=clinical
    )
    again = pickle.loads(pickle.dumps(sets))
    for one, other in zip(sets, again, strict=True):
        assert one.to_dict() == other.to_dict() and one.document == other.document
        assert (one.case, one.roi, one.warnings) == (other.case, other.roi, other.warnings)
        assert one.score.value == other.score.value
        assert pickle.loads(pickle.dumps(one.score)).value == one.score.value
        for form in ("wide", "long"):
            assert one.to_pandas(form).equals(other.to_pandas(form))
    region = sets[0].ring
    for kept in (pickle.loads(pickle.dumps(region)), copy.copy(region), copy.deepcopy(region)):
        assert {**kept} == {**region} and kept.facts == region.facts
        assert kept.statistics.mean == region.statistics.mean
    image = perirad.read_image(patient[0])
    other = pickle.loads(pickle.dumps(image))
    assert np.array_equal(other.array, image.array) and other.place == image.place
    assert (other.acquisition, other.warnings) == (image.acquisition, image.warnings)
    # The case's code, kVp and all else are the image's.
    again = perirad.extract(other, patient[1], roi="GTV-1")
    assert again.document == perirad.extract(image, patient[1], roi="GTV-1").document
    failed = perirad.extract_all(phantom[0], {"none": phantom[1] & False}, **PLACE)
    assert pickle.loads(pickle.dumps(failed)).errors["none"].code == "seg.empty"
    given = {"setting": {"label": 4}, "featureClass": {"firstorder": ["Mean"]}}
    for kept in (
        perirad.Settings("ibsi-c"),
        perirad.Settings(ROOT / "docs" / "ring.toml"),
        perirad.Settings(given),
        perirad.Model("demo-synthetic"),
    ):
        assert pickle.loads(pickle.dumps(kept)) == kept
    assert pickle.loads(pickle.dumps(perirad.Settings(given))).names == ("firstorder_Mean",)
    mask = perirad.read_mask(*patient, roi="GTV-1")["GTV-1"]
    assert (pickle.loads(pickle.dumps(mask)).array == mask.array).all()


def measured(at: int) -> dict[str, float | None]:
    folder = ROOT / "testdata" / "patient"
    roi = f"GTV-{at % 2 + 1}"
    return perirad.extract(folder / "ct", folder / "rtstruct.dcm", roi=roi).to_dict()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_after_use_does_not_hang(monkeypatch):
    monkeypatch.setenv("PERIRAD_THREADS", "2")
    expected = measured(0)
    child = os.fork()
    if child == 0:
        os._exit(0 if measured(0) == expected else 3)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(status) == 0
            break
        time.sleep(0.05)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail("the child hangs")
    # And the parent works on.
    assert measured(0) == expected


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_worker_processes(method):
    expected = [measured(at) for at in range(2)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map_async(measured, range(4)).get(timeout=60)
    assert found == expected * 2


def test_joblib_and_threads():
    from joblib import Parallel, delayed

    expected = [measured(at) for at in range(2)] * 2
    assert Parallel(n_jobs=2)(delayed(measured)(at) for at in range(4)) == expected
    with ThreadPoolExecutor(3) as pool:
        assert [*pool.map(measured, range(4))] == expected


#: A lesion that takes many seconds.
LONG = """
    import sys, time
    import numpy as np
    import perirad

    random = np.random.default_rng(1)
    image = random.integers(-100, 100, (90, 90, 90))
    mask = np.ones(image.shape, bool)
    settings = perirad.Settings("ibsi-e").replace(resample={"spacing_mm": [0.4, 0.4, 0.4]})
    print("begun", flush=True)
    try:
        perirad.extract(image, mask, spacing=(1, 1, 1), settings=settings, regions=["tumour"])
    except KeyboardInterrupt:
        print("stopped", time.time(), flush=True)
        sys.exit(5)
"""


def test_control_c_stops_within_a_second():
    command = [sys.executable, "-c", textwrap.dedent(LONG)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.readline() == "begun\n"
        time.sleep(1.0)
        assert child.poll() is None, "too quick to be interrupted"
        sent = time.time()
        child.send_signal(signal.SIGINT)
        word, at = child.stdout.readline().split()
        assert word == "stopped" and float(at) - sent < 1.0
        assert child.wait(10) == 5


def test_the_interpreter_runs_on_meanwhile(phantom):
    turns, stop = [0], threading.Event()

    def turn():
        while not stop.is_set():
            turns[0] += 1
            time.sleep(0.0005)

    thread = threading.Thread(target=turn)
    thread.start()
    before = turns[0]
    perirad.extract(
        *phantom, **PLACE, settings={"base": "ibsi-e", "resample": {"spacing_mm": [0.7] * 3}}
    )
    during = turns[0] - before
    stop.set()
    thread.join()
    assert during > 20


def test_an_exception_of_the_callback_ends_the_call(phantom):
    def refuse(done, of, name):
        raise RuntimeError(f"{name}: {done} of {of}")

    with pytest.raises(RuntimeError, match="label 1: 1 of 1"):
        perirad.extract(*phantom, progress=refuse, **PLACE)


def test_threads_and_memory_are_the_environments(phantom, monkeypatch):
    monkeypatch.setenv("PERIRAD_THREADS", "two")
    with pytest.raises(perirad.InputError, match="'two'"):
        perirad.extract(*phantom, **PLACE)
    monkeypatch.setenv("PERIRAD_THREADS", "1")
    monkeypatch.setenv("PERIRAD_MAX_MEMORY", "1kB")
    with pytest.raises(perirad.PeriradError, match="memory limit is 1 kB"):
        perirad.extract(*phantom, **PLACE)
    monkeypatch.setenv("PERIRAD_MAX_MEMORY", "much")
    with pytest.raises(perirad.SettingsError, match="PERIRAD_MAX_MEMORY"):
        perirad.extract(*phantom, **PLACE)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_does_not_grow_over_many_calls():
    """The benchmark of 10,000 calls, with fewer."""
    bench = ROOT / "python" / "benches" / "leaks.py"
    done = subprocess.run([sys.executable, bench, "600"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_exporter_needs_no_compiled_part():
    code = """
        import sys
        import perirad.export
        assert "perirad._perirad" not in sys.modules
    """
    assert run(code).returncode == 0


def test_the_import_is_quick_and_brings_numpy_only():
    code = """
        import sys, time
        import numpy
        before = set(sys.modules)
        # The processor's time: that of the clock is a busy machine's.
        start = time.process_time()
        import perirad
        perirad.extract
        print(time.process_time() - start)
        print(*sorted({name.split(".")[0] for name in set(sys.modules) - before}))
    """
    times = []
    for _ in range(5):
        told = run(code, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}).stdout.splitlines()
        times.append(float(told[0]))
        foreign = {"pandas", "polars", "SimpleITK", "sklearn", "torch", "nibabel", "pydicom"}
        assert not foreign & {*told[1].split()}
    assert min(times) < 0.05
