import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.owned_files import foreign_names, is_marked, refuse_links, remove_owned

PATTERNS = ("state.json", "state.json.*", "trial_*/result.json", "best/model", "best/saved/1/**")


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def there(folder):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


def test_what_is_owned_is_deleted_and_the_rest_stays(tmp_path):
    ours = ["state.json", "state.json.bak", "trial_0/result.json", "best/saved/1/a/b"]
    theirs = ["notes.txt", "trial_0/notes.txt", "best/saved/2/model", "mine/result.json"]
    make(tmp_path, *ours, *theirs, "trial_1/result.json")
    remove_owned(tmp_path, PATTERNS)
    assert there(tmp_path) == set(theirs)
    assert not (tmp_path / "trial_1").exists()  # nothing was left in it


def test_a_file_in_place_of_a_folder_stays(tmp_path):
    make(tmp_path, "best", "state.json/mine")
    remove_owned(tmp_path, PATTERNS)
    assert there(tmp_path) == {"best", "state.json/mine"}


def test_no_link_is_followed(tmp_path):
    make(tmp_path, "elsewhere/result.json", "elsewhere/model", "folder/best/saved/1/file")
    (tmp_path / "folder" / "trial_0").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "folder" / "best" / "saved" / "1" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "folder" / "state.json").symlink_to(tmp_path / "elsewhere" / "model")
    remove_owned(tmp_path / "folder", PATTERNS)
    assert there(tmp_path) == {"elsewhere/result.json", "elsewhere/model", "folder/trial_0"}


@pytest.mark.parametrize("link", ["trial_0", "best", "best/saved"])
def test_a_link_in_place_of_a_folder_is_refused(link, tmp_path):
    refuse_links(tmp_path / "none", PATTERNS)
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path)
    with pytest.raises(ConfigError, match=rf"{link}' is a symbolic link"):
        refuse_links(tmp_path, PATTERNS)


def test_links_of_others_are_their_own_matter(tmp_path):
    (tmp_path / "mine").symlink_to(tmp_path)
    refuse_links(tmp_path, PATTERNS)
    assert foreign_names(tmp_path, PATTERNS) == ["mine"]


@pytest.mark.parametrize(
    ("text", "witness", "expected"),
    [
        ('{"mark": 1}', False, True),
        ('{"mark": {"cut": "o', False, True),
        ('{"other": 1}', True, False),
        ("", False, False),
        ("", True, True),
        ("[" * 10**5, True, True),
        (None, True, False),
    ],
)
def test_a_mark_tells_whose_a_folder_is(text, witness, expected, tmp_path):
    if text is not None:
        (tmp_path / "state.json").write_text(text)
    if witness:
        (tmp_path / ".lock").touch()
    assert is_marked(tmp_path, ["state.json", "state.json.bak"], "mark", ".lock") is expected
