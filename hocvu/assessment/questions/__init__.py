"""The bank of questions. A question's content is JSON in one form for each kind; `cleaning` refuses everything else.

    every kind   ask      the question, a few sentences; **strong** and line breaks only
                 why      why the right answer is right; shown after the attempt, with the reasons
                 picture  {"name": a QuestionMedia, "alt": what it shows, "" where the words say it all}
                 audio    the name of a QuestionMedia
    single,      choices  [{"id": "a", "text", "right": bool, "picture"?, "audio"?}], 2 to 6; `single` has one right
    multiple              `multiple` two or more right and at least one wrong
    true_false   right    bool: whether `ask` is true
    order        steps    [{"id": "a", "text"}] in the right order, 3 to 6
    match        pairs    [{"id": "a", "left", "right"}], 2 to 5; `others` [text] are rights that belong to none
    fill         answers  [text]: every wording that is right; `forgive` {"tones": bool, "typos": bool}, both true unless
                          said; `hint` what kind of word is wanted
    screens      start    id of the first screen
                 screens  {id: {"app", "title", "lines": [text], "fields": [{"id", "label", "holds": "text"|"number"}],
                          "buttons": [{"id", "text", "to": screen or end, "when": {field: [accepted values]}?,
                          "else": screen or end?}]}}; a button with `when` leads to `to` where every field has one of
                          its accepted values, else to `else`
                 ends     {id: {"right": bool, "words": what happened}}; at least one right, one wrong end
                 most     steps after which it ends as wrong, 30 unless said

What somebody answers (`said`), and `marking.mark` judges:

    single "a" · multiple ["a", "c"] · true_false true · order ["b", "a", "c"] · match {"a": "the right text"} ·
    fill "text" · screens [{"button": "go", "fields": {"amount": "50000"}}, …]
"""
