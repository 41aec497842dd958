count_of = "three"
unused   = 1
