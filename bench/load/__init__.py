"""`make load`: the whole service under load: long uploads, many clients, more machines, many streams."""
