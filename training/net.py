"""The net: gated dilated convolutions over frozen multilingual word vectors, with heads for words, sessions and mail."""
import json, queue, re, tempfile, threading, unicodedata
from pathlib import Path
import numpy as np, jax, jax.numpy as jnp, optax

jax.config.update('jax_compilation_cache_dir', str(Path(tempfile.gettempdir()) / 'jax')); jax.config.update('jax_persistent_cache_min_compile_time_secs', 0)

TAGS = 7; FLAGS = 45; TARGET, SOUGHT = 43, 44; SFLAGS = 9; ROWS = (16, 8, 10, 4096, 4096, 4096, 256); ROWDIM = (8, 4, 4, 12, 12, 12, 8)
D = 96; H = 128; S = 64
KINDS = ['attend', 'decline', 'change', 'cancel', 'question', 'unrelated']
FIELDS = ('name', 'organization', 'position')
# Flags dropped together in training, so that no list or rule is relied on alone.
GROUPS = [range(0, 4), range(29, 34), range(34, 38), range(38, 42), [26], [24]]

def choices(v): return v if isinstance(v, list) else [v]

def people(truth):
    p = truth['attendees']
    return p[0] if p and isinstance(p[0], list) else p

def squash(s): return re.sub(r'\s+', '', unicodedata.normalize('NFKC', s)).lower()

def places(text, value):
    pat = r'\s*'.join(re.escape(c) for c in re.sub(r'\s+', '', value))
    return [m.span() for m in re.finditer(pat, text, re.I)] if pat else []

ARTICLES = re.compile(r"(the|an?|der|die|das|des|dem|den|le|la|les|el|los|las|il|lo|gli|i|os?|as?|de|het)\s|l['’]", re.I)

def tags(row, of=None):
    """The tags of everybody, or of one person."""
    spans = row['spans']; y = [0] * len(spans)
    for person in [of] if of else people(row['truth']):
        for k, field in enumerate(FIELDS):
            for v in sorted((c for c in choices(person.get(field)) if c), key=lambda c: (bool(ARTICLES.match(c)), -len(c))):
                found = places(row['text'], v)
                if found:
                    for a, b in found:
                        inside = [i for i, (s, e) in enumerate(spans) if s < b and e > a]
                        if inside and all(y[i] == 0 for i in inside):
                            for o, i in enumerate(inside): y[i] = 2 * k + (1 if o == 0 else 2)
                    break
    return y

def answers(row, of=None):
    """Per session 0 yes, 1 not, 2 nothing said; None where the truth is not one. Of one person, or what holds for all."""
    p = [of] if of else people(row['truth'])
    sets = []
    for person in p:
        s = person.get('sessions')
        if isinstance(s, list) and s and not isinstance(s[0], str): return None
        sets.append(None if s is None else tuple(sorted(s)))
    if not sets or len(set(sets)) != 1: return None
    s = sets[0]
    return [2 if s is None else (0 if i in s else 1) for i in row['ids']]

def one(values, allowed):
    v = {x for x in choices(values)}
    return allowed.index(next(iter(v))) if len(v) == 1 and next(iter(v)) in allowed else -1

class Mail: pass
# A sentence, and what stands between two commas of it: src/understand/net/sight.rs cuts the same.
SENTENCE = re.compile(r'[^.!?\n。！？]+[.!?。！？]*'); CLAUSE = re.compile(r'[^.!?\n。！？,;:、，；：()–—]+')

def segments(text, cut): return [(m.start(), m.end(), m.group().strip()) for m in cut.finditer(text)]

class Segments:
    """The vectors of all sentences and clauses; the last row is of none."""
    def __init__(self, texts, vectors): self.at = {t: i for i, t in enumerate(texts)}; self.vectors = np.concatenate([vectors, np.zeros((1, 512), np.float16)])
    def of(self, row, cut):
        text = row['text']; at = np.full(len(text) + 1, len(self.vectors) - 1, np.int32)
        for start, end, t in segments(text, cut):
            if t in self.at: at[start:end] = self.at[t]
        return [at[a] for a, _ in row['spans']]

def load(path, emb, segs):
    out = []
    for line in open(path):
        r = json.loads(line); m = Mail(); m.row = r; n = len(r['spans'])
        if n == 0: continue
        zero = np.zeros(emb.shape[1], np.float16)
        mean = lambda ps: emb[ps].astype(np.float32).mean(0).astype(np.float16) if ps else zero
        m.E = np.stack([mean(p) for p in r['pieces']])
        m.C = np.stack([emb[p[-1]] if p else zero for p in r['pieces']])
        labels = [mean(p) for p in r['labels']]
        m.L = np.stack([zero if l is None else labels[l] for l in r['label']])
        m.V = np.array([segs.of(r, SENTENCE), segs.of(r, CLAUSE)], np.int32).T; m.segs = segs.vectors
        m.F = np.array([[f >> b & 1 for b in range(FLAGS)] for f in r['flags']], np.float32)
        m.R = np.array(r['rows'], np.int32)
        m.S = np.array([[[f >> b & 1 for b in range(SFLAGS)] for f in s] for s in r['sessions']], np.float32)
        t = r['truth']; m.has = bool(people(t)); m.y = np.array(tags(r), np.int32)
        m.a = answers(r)
        acts = set(choices(t['action']))
        m.act = 0 if acts <= {'record', 'ask'} else (1 if acts == {'review'} else -1)
        m.kind = one(t.get('kind'), KINDS)
        m.count = min(len(people(t)), 2)
        m.human = int(t['human']) if isinstance(t.get('human'), bool) else -1; m.comes = -1
        m.persons = [sought(m, p) for p in people(t)] if t['action'] != ['record', 'review'] else []
        m.persons = [p for p in m.persons if p]; m.others = others(m) if m.persons else []
        out.append(m)
    return out

def squashed(text): return re.sub(r'\W+', '', unicodedata.normalize('NFKC', text)).lower()

def looked_for(m, spans):
    """The mail as it is read for the one person whose name stands there; None if it does not stand among the tokens."""
    at = [i for i, (s, e) in enumerate(m.row['spans']) if any(s < b and e > a for a, b in spans)]
    if not at: return None
    o = Mail(); o.__dict__.update(m.__dict__); o.F = m.F.copy(); o.F[:, SOUGHT] = 1; o.F[at, TARGET] = 1
    o.act = o.kind = o.count = o.human = -1; o.persons = o.others = ()
    return o

def sought(m, person):
    spans = [s for n in choices(person.get('name')) if n for s in places(m.row['text'], n)]
    o = looked_for(m, spans)
    if o: o.y = np.array(tags(m.row, person), np.int32); o.a = answers(m.row, person); o.comes = 1
    return o

def others(m):
    """The mail as it is read for those whom it only names."""
    row = m.row; known = [squashed(n) for p in people(row['truth']) for n in choices(p.get('name')) if n]
    lines = [0, row['text'].find('\n')]; spans = row.get('names', []) + ([lines] if lines[1] > 2 else [])
    by = {}
    for a, b in spans:
        n = squashed(row['text'][a:b])
        if len(n) > 1 and not any(n in k or k in n for k in known): by.setdefault(n, []).append((a, b))
    found = [o for o in (looked_for(m, s) for s in by.values()) if o]
    for o in found: o.has = False; o.a = None; o.comes = 0; o.y = np.zeros_like(m.y)
    return found

def init(key):
    ks = iter(jax.random.split(key, 99)); g = lambda i, o, s=1.0: jax.random.normal(next(ks), (i, o)) * s * np.sqrt(1 / i)
    def block(h, d): return {'w': g(3 * h, 2 * h), 'b': jnp.zeros(2 * h), 'g': jnp.ones(h), 'c': jnp.zeros(h)}
    p = {'proj': g(512, D), 'e': g(D, H), 'e2': g(D, H, .7), 'l': g(D, H), 'v': g(512, 64), 'w': g(512, 64), 'vh': g(128, H, .7), 'vs': g(128, S, .7), 'f': g(FLAGS, H), 't': [jax.random.normal(next(ks), (n, d)) * .1 for n, d in zip(ROWS, ROWDIM)],
         'r': g(sum(ROWDIM), H), 'b': jnp.zeros(H), 'stack': [block(H, d) for d in DIL], 'glob': g(2 * H, H, .3), 'on': jnp.ones(H), 'oc': jnp.zeros(H),
         'tag': g(H, TAGS), 'tb': jnp.zeros(TAGS), 'tr': jnp.zeros((TAGS, TAGS)),
         'sh': g(H, S), 'sf': g(SFLAGS, S), 'sb': jnp.zeros(S), 'sstack': [block(S, d) for d in SDIL], 'sa': g(S, 4), 'so': g(5 * S + H, 3), 'sob': jnp.zeros(3),
         'ma': g(H, 4), 'mh': g(5 * H, 64), 'mb': jnp.zeros(64), 'mo': g(64, 2 + 6 + 3 + 2 + 2), 'mob': jnp.zeros(15)}
    return p

DIL = (1, 2, 4, 8, 16, 1); SDIL = (1, 2, 4, 8)

def norm(x, g, c):
    m = x.mean(-1, keepdims=True); v = x.var(-1, keepdims=True)
    return (x - m) / jnp.sqrt(v + 1e-5) * g + c

def conv(x, L, d, M):
    y = norm(x, L['g'], L['c']) * M[..., None]
    pad = [(0, 0)] * (y.ndim - 2) + [(d, d), (0, 0)]
    z = jnp.pad(y, pad); n = y.shape[-2]
    y = jnp.concatenate([z[..., 0:n, :], z[..., d:d + n, :], z[..., 2 * d:2 * d + n, :]], -1) @ L['w'] + L['b']
    a, b = jnp.split(y, 2, -1)
    return a * jax.nn.sigmoid(b)

def pools(x, a, M):
    """Four attention pools and the maximum."""
    w = jax.nn.softmax(jnp.where(M[..., None] > 0, x @ a, -1e9), axis=-2)
    att = jnp.einsum('...la,...lh->...ah', w, x)
    return jnp.concatenate([att.reshape(att.shape[:-2] + (-1,)), jnp.where(M[..., None] > 0, x, -1e9).max(-2)], -1)

def fwd(p, E, C, V, L, F, R, Sx, M, key=None, drop=0.0):
    ks = iter(jax.random.split(key, 40)) if key is not None else None
    do = (lambda x, q=drop: x * jax.random.bernoulli(next(ks), 1 - q, x.shape) / (1 - q)) if key is not None else (lambda x, q=0: x)
    E, C, V, L = (x.astype(jnp.float32) for x in (E, C, V, L))
    vv = do(jnp.concatenate([V[..., 0, :] @ p['v'], V[..., 1, :] @ p['w']], -1), .2) * 4
    x = do(E @ p['proj'], .1) @ p['e'] + do(C @ p['proj'], .1) @ p['e2'] + (L @ p['proj']) @ p['l'] + vv @ p['vh'] + F @ p['f'] + do(jnp.concatenate([p['t'][i][R[..., i]] for i in range(7)], -1)) @ p['r'] + p['b']
    x = do(jax.nn.gelu(x))
    for i, (blk, d) in enumerate(zip(p['stack'], DIL)):
        x = x + do(conv(x, blk, d, M))
        if i == 2:
            Mm = M[..., None]
            g = jnp.concatenate([(x * Mm).sum(-2) / Mm.sum(-2), jnp.where(Mm > 0, x, -1e9).max(-2)], -1) @ p['glob']
            x = x + g[..., None, :]
    h = norm(x, p['on'], p['oc'])
    tag = h @ p['tag'] + p['tb']
    pm = pools(h, p['ma'], M)
    mail = do(jax.nn.gelu(do(pm) @ p['mh'] + p['mb'])) @ p['mo'] + p['mob']
    s = jax.nn.gelu((h @ p['sh'] + vv @ p['vs'])[:, None] + Sx @ p['sf'] + p['sb'])      # [B, sessions, L, S]
    Ms = jnp.broadcast_to(M[:, None], s.shape[:-1])
    for blk, d in zip(p['sstack'], SDIL): s = s + do(conv(s, blk, d, Ms))
    sp = pools(s, p['sa'], Ms)
    glob = jnp.broadcast_to(pm[:, None, 4 * H:], sp.shape[:2] + (H,))
    ses = do(jnp.concatenate([sp, glob], -1)) @ p['so'] + p['sob']
    return tag, ses, mail

def batch(ms, L, NS):
    n = len(ms); z = lambda *s, t=np.float32: np.zeros(s, t); h = np.float16
    E = z(n, L, 512, t=h); C = z(n, L, 512, t=h); V = z(n, L, 2, 512, t=h); Lb = z(n, L, 512, t=h); F = z(n, L, FLAGS); R = np.zeros((n, L, 7), np.int32); Sx = z(n, NS, L, SFLAGS); M = z(n, L)
    Y = np.zeros((n, L), np.int32); A = -np.ones((n, NS), np.int32); X = -np.ones((n, 5), np.int32)
    for i, m in enumerate(ms):
        k = min(len(m.E), L)
        E[i, :k] = m.E[:k]; C[i, :k] = m.C[:k]; V[i, :k] = m.segs[m.V[:k]]; Lb[i, :k] = m.L[:k]; F[i, :k] = m.F[:k]; R[i, :k] = m.R[:k]; M[i, :k] = 1
        Sx[i, :len(m.S), :k] = m.S[:, :k]
        Y[i, :k] = m.y[:k] if m.has else -1
        if m.a: A[i, :len(m.a)] = m.a
        X[i] = (m.act, m.kind, m.count, m.human, m.comes)
    return (E, C, V, Lb, F, R, Sx, M), (Y, A, X)

def augment(inp, rng):
    E, C, V, Lb, F, R, Sx, M = inp
    drop = rng.random(E.shape[:2]) < .08
    E[drop] = 0; C[drop] = 0; R[drop, 3:6] = 0
    for g in GROUPS:
        rows = rng.random(len(E)) < .2
        F[np.ix_(rows, np.arange(F.shape[1]), list(g))] = 0
    rows = rng.random(len(E)) < .25
    Sx[rows, :, :, 5:8] = 0
    return E, C, V, Lb, F, R, Sx, M

# A field goes on only where it began: 2k+2 follows 2k+1 or 2k+2.
ALLOWED = np.array([[not (b and b % 2 == 0 and a not in (b - 1, b)) for b in range(TAGS)] for a in range(TAGS)])
FIRST = np.array([b == 0 or b % 2 == 1 for b in range(TAGS)])

def transitions(p): return jnp.where(ALLOWED, p['tr'], -1e4)

def crf(p, lg, y, M):
    """Negative log-likelihood of each row's tags; rows without truth weigh nothing."""
    T = transitions(p); w = (y[:, 0] >= 0).astype(jnp.float32); y = jnp.maximum(y, 0)
    a0 = jnp.where(FIRST, lg[:, 0], -1e4)
    def step(a, x):
        l, m = x; n = jax.nn.logsumexp(a[:, :, None] + T[None], 1) + l
        a = jnp.where(m[:, None] > 0, n, a); return a, None
    a, _ = jax.lax.scan(step, a0, (lg[:, 1:].swapaxes(0, 1), M[:, 1:].T))
    gold = jnp.take_along_axis(lg, y[..., None], -1)[..., 0] * M
    tr = T[y[:, :-1], y[:, 1:]] * M[:, 1:]
    return (jax.nn.logsumexp(a, -1) - gold.sum(-1) - tr.sum(-1)) * w, w

def marginals(p, lg, M):
    T = transitions(p)
    def fw(a, x):
        l, m = x; n = jax.nn.logsumexp(a[:, :, None] + T[None], 1) + l
        a = jnp.where(m[:, None] > 0, n, a); return a, a
    a0 = jnp.where(FIRST, lg[:, 0], -1e4); a, A = jax.lax.scan(fw, a0, (lg[:, 1:].swapaxes(0, 1), M[:, 1:].T))
    A = jnp.concatenate([a0[None], A]).swapaxes(0, 1)
    def bw(b, x):
        l, m = x; n = jax.nn.logsumexp(T[None] + (l + b)[:, None], 2)
        b = jnp.where(m[:, None] > 0, n, b); return b, b
    b0 = jnp.zeros_like(a0); _, B = jax.lax.scan(bw, b0, (lg[:, 1:].swapaxes(0, 1)[::-1], M[:, 1:].T[::-1]))
    B = jnp.concatenate([b0[None], B])[::-1].swapaxes(0, 1)
    return jax.nn.softmax(A + B, -1)

WORD_FLAGS = [4, 5, 6, 7, 11, 12, 13, 14, 15, 34, 35, 36, 37]   # letters and lists; the rest is place

def bank(ms):
    """Every single tagged span of the training mails, by field and language."""
    out = {}
    for m in ms:
        for k in range(3):
            i = 0
            while i < len(m.y):
                if m.y[i] == 2 * k + 1:
                    j = i + 1
                    while j < len(m.y) and m.y[j] == 2 * k + 2: j += 1
                    if j - i <= 14: out.setdefault((k, m.row['lang']), []).append((m, i, j))
                    i = j
                else: i += 1
    return out

def swapped(m, spans, rng, rate=.3):
    """The mail with some of its names, organizations, positions put in from others of its language."""
    if not m.has: return m
    parts = []; n = len(m.y); hit = False
    chosen = {k: (spans.get((k, m.row['lang'])) if rng.random() < (rate if k else rate / 2) else None) for k in range(3)}
    start = 0
    plain = lambda a, b: parts.append((m.E[a:b], m.C[a:b], m.L[a:b], m.F[a:b], m.R[a:b], m.S[:, a:b], m.y[a:b], m.V[a:b])) if b > a else None
    for i in np.flatnonzero(m.y % 2 == 1):
        k = (m.y[i] - 1) // 2
        if not chosen[k]: continue
        j = i + 1
        while j < n and m.y[j] == 2 * k + 2: j += 1
        o, a, b = chosen[k][rng.integers(len(chosen[k]))]
        idx = np.minimum(np.arange(b - a) + i, j - 1)
        F = m.F[idx].copy(); F[:, WORD_FLAGS] = o.F[a:b][:, WORD_FLAGS]; F[:, 0:4] = m.F[i, 0:4] if k == 0 else 0
        F[1:, 9] = 0; F[:-1, 10] = 0; F[:, 8] = o.F[a:b, 8]; F[0, 8] = m.F[i, 8]
        R = m.R[idx].copy(); R[:, 3:] = o.R[a:b, 3:]
        plain(start, i); parts.append((o.E[a:b], o.C[a:b], m.L[idx], F, R, m.S[:, idx], o.y[a:b], m.V[idx])); start = j; hit = True
    plain(start, n)
    if not hit: return m
    o = Mail(); o.__dict__.update(m.__dict__)
    o.E, o.C, o.L, o.F, o.R, o.y, o.V = (np.concatenate([p[q] for p in parts]) for q in (0, 1, 2, 3, 4, 6, 7)); o.S = np.concatenate([p[5] for p in parts], 1)
    return o

def xent(lg, y):
    l = optax.softmax_cross_entropy_with_integer_labels(lg, jnp.maximum(y, 0)); w = (y >= 0).astype(jnp.float32)
    return l * w, w

def loss(p, inp, out, key, drop):
    tag, ses, mail = fwd(p, *inp, key=key, drop=drop); Y, A, X = out
    lt, wt = crf(p, tag, Y, inp[-1]); wt = wt * inp[-1].sum(-1); ls, ws = xent(ses, A)
    t = lt.sum() / jnp.maximum(wt.sum(), 1); s = ls.sum() / jnp.maximum(ws.sum(), 1); m = 0
    for (a, b), k, q in (((0, 2), 0, 1.0), ((2, 8), 1, .5), ((8, 11), 2, .5), ((11, 13), 3, .5), ((13, 15), 4, 1.0)):
        lm, wm = xent(mail[:, a:b], X[:, k]); m = m + q * lm.sum() / jnp.maximum(wm.sum(), 1)
    return t * 8 + s + .4 * m, (t, s, m)

SIZES = (64, 96, 144, 224, 480)

def batches(ms, rng, size=16):
    o = sorted(range(len(ms)), key=lambda i: (held(ms[i]), len(ms[i].E) // 24, rng.random()))
    bs = [o[i:i + size] for i in range(0, len(o), size)]; bs = [b for b in bs if len(b) == size]
    rng.shuffle(bs); return bs

def held(m): return next(v for v in (2, 4, 6, 8) if v >= len(m.S))

def shape(ms): return next(v for v in SIZES if v >= min(480, max(len(m.E) for m in ms))), max(map(held, ms))

def made(own, spans, rng):
    """The batches of an epoch."""
    for b in batches(own, rng):
        b = [swapped(own[i], spans, rng) for i in b]; inp, out = batch(b, *shape(b)); yield augment(inp, rng), out

def ahead(items):
    """The same items, made by another thread while one is used."""
    q = queue.Queue(4); end = object()
    def work():
        for item in items: q.put(item)
        q.put(end)
    threading.Thread(target=work, daemon=True).start()
    while (item := q.get()) is not end: yield item

def train(ms, extra=(), share=.6, epochs=12, seed=0, lr=2e-3, drop=.2, start=None, log=print):
    import time
    rng = np.random.default_rng(seed); per = min(len(extra), int(len(ms) * share)); plain = 2; more = sum(len(m.persons) if len(m.persons) > 1 else .15 for m in ms) + .2 * sum(len(m.others) for m in ms)
    more_extra = sum(.15 * len(m.persons) + .2 * len(m.others) for m in extra) * per / max(len(extra), 1)
    steps = int(((epochs - plain) * (len(ms) + more + per + more_extra) + plain * (len(ms) + more)) / 16); p = init(jax.random.PRNGKey(seed)) if start is None else jax.tree.map(jnp.asarray, start)
    opt = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(optax.warmup_cosine_decay_schedule(0, lr, 150, steps, 1e-5), weight_decay=.03)); st = opt.init(p); avg = p
    @jax.jit
    def step(p, avg, st, inp, out, key):
        (l, parts), g = jax.value_and_grad(loss, has_aux=True)(p, inp, out, key, drop)
        u, st = opt.update(g, st, p)
        p = optax.apply_updates(p, u)
        return p, jax.tree.map(lambda a, b: a * .995 + b * .005, avg, p), st, jnp.array(parts)
    spans = bank(list(ms) + list(extra)); key = jax.random.PRNGKey(seed + 1); t0 = time.time()
    for ep in range(epochs):
        tot = []
        own = list(ms) + ([extra[i] for i in rng.permutation(len(extra))[:per]] if ep < epochs - plain else [])   # the last looks are at real mail alone
        own += [o for m in own for o in (m.persons if len(m.persons) > 1 or rng.random() < .15 else ())] + [o for m in own for o in m.others if rng.random() < .2]
        for inp, out in ahead(made(own, spans, rng)):
            key, k = jax.random.split(key); p, avg, st, parts = step(p, avg, st, inp, out, k); tot.append(parts)
        log('epoch', ep, np.mean(tot, 0).round(3), round(time.time() - t0), flush=True)
    return jax.tree.map(np.asarray, avg)

@jax.jit
def _pred(p, inp):
    tag, ses, mail = fwd(p, *inp)
    return marginals(p, tag, inp[-1]), jax.nn.softmax(ses, -1), mail, tag

def predict(p, ms):
    """Tag probabilities, session probabilities, mail probabilities for every mail."""
    order = sorted(range(len(ms)), key=lambda i: (held(ms[i]), len(ms[i].E))); out = [None] * len(ms)
    for k in range(0, len(order), 16):
        idx = order[k:k + 16]; b = [ms[i] for i in idx]; inp, _ = batch(b + [b[0]] * (16 - len(b)), *shape(b))
        tag, ses, mail, raw = map(np.asarray, _pred(p, inp))
        sm = lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum()
        for r, i in enumerate(idx):
            m = ms[i]; out[i] = (tag[r, :len(m.E)], ses[r, :len(m.S)], [sm(mail[r, a:b]) for a, b in ((0, 2), (2, 8), (8, 11), (11, 13), (13, 15))], raw[r, :len(m.E)])
    return out
