"""Files of lessons: taken in, made small for a phone, named in blocks, given out, swept away.

`taking` lets a file in, `pictures`, `captions`, `sounds` and `videos` make of it what phones play, `working` does the
long ones behind the page, `using` knows which blocks name what, `addresses` where a file is fetched.
"""
