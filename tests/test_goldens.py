"""The golden files themselves: they fail loudly, and none of them outlives its test."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def stale(files: list[Path], modules: list[Path]) -> list[str]:
    """Return why each golden file that no test reads is stale."""
    found = []
    for file in files:
        owners = [module for module in modules if module.stem == file.parent.name]
        if not owners:
            found.append(f"{file.parent.name}/{file.name}: there is no test module of that name")
        elif len(owners) > 1:
            found.append(f"{file.parent.name}/{file.name}: several test modules have that name")
        elif f'"{file.stem}"' not in owners[0].read_text(encoding="utf-8"):
            found.append(f'{file.parent.name}/{file.name}: its module does not say "{file.stem}"')
    return found


def test_no_golden_file_is_stale() -> None:
    files = [path for path in (TESTS / "golden").rglob("*") if path.is_file()]
    assert stale(files, list(TESTS.rglob("test_*.py"))) == []


def test_stale_golden_files_are_found(tmp_path: Path) -> None:
    module = tmp_path / "test_one.py"
    module.write_text('golden(text, name="kept")')
    assert stale([tmp_path / "test_one/kept.txt"], [module]) == []
    files = [tmp_path / "test_one/left.txt", tmp_path / "test_gone/kept.txt"]
    assert len(stale(files, [module])) == 2
    twin = tmp_path / "deep" / "test_one.py"
    assert "several" in stale([tmp_path / "test_one/kept.txt"], [module, twin])[0]


def test_golden_accepts_then_compares(golden, tmp_path: Path) -> None:
    kind = type(golden)
    write, compare = (kind(folder=tmp_path / "test_x", accept=accept) for accept in (True, False))
    with pytest.raises(pytest.fail.Exception, match=r"test_x/one.txt does not exist; .*--accept"):
        compare("a\nb\n", name="one")
    write("a\nb\n", name="one")
    compare("a\nb\n", name="one")
    with pytest.raises(pytest.fail.Exception, match=r"differs; .*--accept(?s:.*)-b\n\+c"):
        compare("a\nc\n", name="one")
    with pytest.raises(pytest.fail.Exception, match=r"\+b\(no line end\)"):
        compare("a\nb", name="one")
    assert (tmp_path / "test_x/one.txt").read_bytes() == b"a\nb\n"
