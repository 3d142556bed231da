"""Run by itself: reads a text from its input into a .wav file with the espeak-ng library. Words: library, its data,
the file. A process of its own, so that the library's licence and its faults stay outside the house."""

import ctypes
import sys
import wave

SYNCHRONOUS, UTF8, BY_CHARACTER, RATE = 2, 1, 1, 1
WORDS_A_MINUTE = 150


def main() -> None:
    """Say what comes in."""
    library_path, data_path, target = sys.argv[1:4]
    text = sys.stdin.buffer.read()
    library = ctypes.CDLL(library_path)
    samples_a_second = library.espeak_Initialize(SYNCHRONOUS, 0, data_path.encode(), 0)
    if samples_a_second <= 0 or library.espeak_SetVoiceByName(b"vi") != 0:
        raise SystemExit("no Vietnamese voice")
    library.espeak_SetParameter(RATE, WORDS_A_MINUTE, 0)
    heard = bytearray()

    def keep(samples: int | None, count: int, events: int | None) -> int:
        if samples and count > 0:
            heard.extend(ctypes.string_at(samples, count * 2))
        return 0

    # Held by a name of its own for as long as the library may call it.
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(keep)
    library.espeak_SetSynthCallback(callback)
    library.espeak_Synth(text, ctypes.c_size_t(len(text) + 1), 0, BY_CHARACTER, 0, UTF8, None, None)
    library.espeak_Synchronize()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(samples_a_second)
        sound.writeframes(bytes(heard))


if __name__ == "__main__":
    main()
