"""The judge of every address: a new page is judged without anyone adding it here.

`addresses` walks the URL patterns, `examples` finds objects and a role that may open each, `access` asks who is
let in, `queries` counts statements, `pages` looks at what the browser shows. Each answers with faults: one
sentence a fault, nothing where all is well.
"""
