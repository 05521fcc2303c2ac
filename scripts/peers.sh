# To be sourced: Pythons by version, and one environment for each package that perirad is compared with,
# made once from PyPI under target/peers. PYTHON_NEW and PYTHON_OLD say which Pythons, where those found
# will not do.
peers=target/peers

# The first of these that is there and answers yes to a comparison of its version.
python_that() {
    local test=$1 found
    shift
    for found in "$@"; do
        if [[ -n $found ]] && "$found" -c "import sys; sys.exit(not sys.version_info $test)" 2>/dev/null; then
            echo "$found"
            return
        fi
    done
    echo "no Python with version $test: set PYTHON_NEW or PYTHON_OLD. Where a system has none, run this" >&2
    echo "in a root of Debian trixie, whose Python is 3.13: debootstrap trixie DIR, chroot DIR" >&2
    return 1
}
versions=(~/.pyenv/versions/3.1[0-9].*/bin/python)
# pictologics needs Python 3.12 or later, pyradiomics 3.0.1 one that is older.
new_python() { python_that '>= (3, 12)' "${PYTHON_NEW:-}" python3 python3.{14,13,12} "${versions[@]}"; }
old_python() { python_that '< (3, 12)' "${PYTHON_OLD:-}" python3 python3.{11,10,9} "${versions[@]}"; }

# An environment with these packages, once.
environment() {
    local name=$1 python=$2
    shift 2
    if [[ ! -e $peers/$name/made ]]; then
        "$python" -m venv --clear "$peers/$name"
        if [[ $name == pyradiomics ]]; then
            # Its source of 2020 knows neither numpy 2 nor later setuptools.
            "$peers/$name/bin/pip" install --quiet 'setuptools<70' wheel 'numpy<2'
            set -- --no-build-isolation "$@"
        fi
        "$peers/$name/bin/pip" install --quiet "$@"
        touch "$peers/$name/made"
    fi
}

# The environment of a package, at the version that is compared.
peer() {
    local new old
    new=$(new_python)
    case $1 in
    mirp) environment mirp "$new" mirp==2.7.0 SimpleITK==2.5.7 ;;
    zrad) environment zrad "$new" z-rad==26.9.0 ;;
    pictologics) environment pictologics "$new" pictologics==0.9.0 ;;
    pyradiomics)
        old=$(old_python)
        environment pyradiomics "$old" pyradiomics==3.0.1
        ;;
    flash)
        # Its wheel names none of what it needs.
        old=$(old_python)
        environment flash "$old" flash-radiomics==1.0.0 numpy h5py SimpleITK==2.5.7 pykwalify PyWavelets \
            scipy scikit-image scikit-learn trimesh
        ;;
    nyxus)
        old=$(old_python)
        environment nyxus "$old" nyxus==0.11.0
        ;;
    *)
        echo "'$1' is no package that perirad is compared with" >&2
        return 2
        ;;
    esac
}
