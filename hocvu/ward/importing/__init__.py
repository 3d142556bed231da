"""Lists of people from the ward's spreadsheets: read, understood, judged row by row, applied or not at all.

`columns` finds the heading and what each column is, `cells` turns what people write into values, `judging` gives
every row its verdict, `applying` writes a batch and undoes it. All but the last are pure Python.
"""
