"""Sound to test with: tones, silence, and files of them."""

from pathlib import Path

import av
import numpy as np

RATE = 48_000


def tone(seconds, pitch=440.0, loud=0.3, rate=RATE):
    return (loud * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)).astype(
        np.float32
    )


def silence(seconds, rate=RATE):
    return np.zeros(round(seconds * rate), np.float32)


def noise(seconds, loud=0.1, rate=RATE, seed=1):
    made = np.random.default_rng(seed).standard_normal(round(seconds * rate)) * loud
    return np.clip(made, -1, 1).astype(np.float32)


def write(path: Path, *sounds, container="wav", codec="pcm_s16le", rate=RATE, pictures=False):
    """What any recorder might have written."""
    sound = np.concatenate(sounds) if sounds else silence(0)
    with av.open(str(path), "w", format=container) as file:
        video = _video(file) if pictures else None
        stream = file.add_stream(codec, rate=rate, layout="mono") if sounds else None
        if video is not None:
            for n in range(5):
                picture = av.VideoFrame(64, 64, "yuv420p")
                picture.pts = n
                file.mux(video.encode(picture))
            file.mux(video.encode(None))
        if stream is not None:
            frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
            frame.sample_rate = rate
            file.mux(stream.encode(frame))
            file.mux(stream.encode(None))
    return path


def _video(file):
    video = file.add_stream("mpeg4", rate=5)
    video.width = video.height = 64
    video.pix_fmt = "yuv420p"
    return video


def read(path: Path, rate=RATE):
    """By FFmpeg itself, not by what is tested."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    with av.open(str(path)) as file:
        frames = [f for frame in file.decode(audio=0) for f in resampler.resample(frame)]
        frames += resampler.resample(None)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def rms(sound):
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def without(source: Path, target: Path, start: float, end: float, **options):
    """The same recording as a recorder writes it that paused there."""
    with av.open(str(source)) as old, av.open(str(target), "w", **options) as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        for packet in old.demux(audio=0):
            if packet.size and not start <= packet.pts * packet.time_base < end:
                packet.stream = stream
                new.mux(packet)
    return target
