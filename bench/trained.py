"""One training for the benchmarks, as a person would start it."""
import json, os, subprocess


def train(surefoot, data, run, settings):
    """settings: recipe keys and their values. Returns the ended process (its output in `stdout`) and the run's events."""
    command = [surefoot, 'train', data, '--out', run, '--quiet']
    for name, value in settings.items():
        command += ['--set', f'{name}={value}']
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with open(os.path.join(run, 'events.jsonl')) as file:
        return done, [json.loads(line) for line in file]
