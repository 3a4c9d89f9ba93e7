"""Model directories with the right files and nothing in them."""


def make_versions(directory, *versions):
    """Make versions that look complete; return the directory."""
    for version in versions:
        variables = directory / str(version) / "variables"
        variables.mkdir(parents=True)
        (variables.parent / "saved_model.pb").write_bytes(b"graph")
        (variables / "variables.index").write_bytes(b"index")
        (variables / "variables.data-00000-of-00001").write_bytes(b"data")
    return directory
