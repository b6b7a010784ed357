"""How quickly other systems pull and export what there is: `python -m bench.pull`."""
