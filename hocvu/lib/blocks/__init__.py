"""The one set of blocks that lessons and news are made of: data that is checked, never markup.

`kinds` says which there are and what each holds; `cleaning.clean` takes what somebody typed or a file says and answers
blocks in their one form and what is wrong with them; `inline` knows the three marks that may stand inside a line;
`dividing.parts_of` cuts a lesson at its main headings. `drawing` makes pages of blocks, `telling` plain text.
"""
