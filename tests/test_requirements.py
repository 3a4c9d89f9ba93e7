from tests.lowest_requirements import REQUIREMENTS, lowest


def test_each_requirement_has_a_lowest_version_to_test():
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if line and not line.startswith("#")]
    pinned = lowest(lines)
    assert len(pinned) == len(asked)
    assert lowest(['tomli>=2,<3; python_version < "3.11"']) == [
        'tomli==2.*; python_version < "3.11"'
    ]
