"""Table 3 and more: rankers on a table of networks that were really trained."""
