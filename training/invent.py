"""Invents replies out of the phrase banks (phrases/*.json), for the net to learn more ways of saying things than the corpora have.

    invent.py > invented.jsonl

Every line: name, address, subject, text, event, lang and the truth as in the corpora's truth.jsonl. What the banks cannot tell (whether a
careful assistant would act alone) is left open: action is a choice of both."""
import json, os, random, re, sys
from pathlib import Path

import many

HERE = Path(__file__).parent / 'phrases'
EVENT = 'nkhr-2013-berlin'
SESSIONS = ['film', 'conference']
MANY = {'en': 900, 'de': 350, 'ko': 350, 'fr': 200}   # replies about events of any number of sessions
COUNTS = {'en': 1700, 'de': 1100, 'ko': 1200, 'ja': 450, 'zh': 350, 'fr': 400, 'es': 300, 'it': 250, 'pt': 200}
OTHERS = 170
SLOT = re.compile(r'\{(\w+)\}')
SUBJECTS = ['Re: Invitation', 'RSVP', 'Re: RSVP', '', 'Reply', 'Re: Einladung', 'Antwort', 'Re: 초청', '회신', '참석 회신', 'Re: NKHR Conference', 'Invitation Berlin', 'Re: ご招待', '出席', 'Réponse', 'Odpověď', 'Re: Zaproszenie']
TLDS = ['example', 'example.org', 'example.com', 'example.net']

class Bank:
    def __init__(self, path):
        self.__dict__.update(json.loads(path.read_text())); self.lang = path.stem
    def ref(self, session, kind):
        table = self.refs.get(session) or getattr(self, session)
        return random.choice(table.get(kind) or table['np'])

def ok(text, allowed, most=1):
    slots = SLOT.findall(text); return all(s in allowed for s in slots) and len(slots) <= most

def fill(text, values):
    return SLOT.sub(lambda m: values[m.group(1)], text)

KINDS = {'np', 'acc', 'to', 'at'}

def single(bank, clauses, session):
    text = random.choice([c for c in random.sample(clauses, min(8, len(clauses))) if ok(c, KINDS)] or [None])
    return text and fill(text, {k: bank.ref(session, k) for k in KINDS})

def pair(bank, wanted):
    items = [p for p in bank.pairs if p['a'] in ('yes', 'no') and p['b'] in ('yes', 'no')]
    p = random.choice(items); a, b = random.sample(SESSIONS, 2)
    allowed = {f'{k}_{x}': bank.ref(s, k) for k in KINDS for x, s in (('a', a), ('b', b))}
    if not ok(p['t'], allowed, 6): return None, None
    return fill(p['t'], allowed), {a: p['a'], b: p['b']}

def sentence(s):
    s = s.strip()
    if random.random() < .85: s = s[:1].upper() + s[1:]
    return s if not s or s[-1] in '.!?。！？…\n:)' or random.random() < .15 else s + random.choice(['.', '.', '.', '!'])

def answers(bank):
    """Sentences about sessions, and who comes to what: a dict, None where nothing is said, 'maybe' for a review."""
    r = random.random()
    if r < .42:
        t, a = pair(bank, None)
        return ([t], a) if t else answers(bank)
    if r < .78:
        plan = {s: random.choice(['yes', 'yes', 'no', 'no', 'maybe' if random.random() < .15 else 'yes']) for s in SESSIONS}
        order = random.sample(SESSIONS, 2)
        parts = [single(bank, getattr(bank, plan[s]), s) for s in order]
        if None in parts: return answers(bank)
        return parts, ('maybe' if 'maybe' in plan.values() else plan)
    if r < .83:
        s = random.choice(SESSIONS); t = single(bank, bank.yes, s)
        return ([t], {s: 'yes'}) if t else answers(bank)
    if r < .95:
        word = random.choice(['yes', 'yes', 'no']); t = random.choice(getattr(bank, 'all_' + word))
        if not ok(t, KINDS): return answers(bank)
        every = 'both' if word == 'yes' else 'neither'
        return [fill(t, {k: bank.ref(every, k) for k in KINDS})], {s: word for s in SESSIONS}
    return [fill(t, {}) for t in [random.choice(bank.unsaid)] if not SLOT.search(t)] or ['…'], None

def noise(bank):
    t = random.choice(bank.noise)
    return fill(t, {k: bank.ref(random.choice(SESSIONS), k) for k in KINDS}) if ok(t, KINDS) else ''

def picked(bank, event):
    text, accepted = many.answer(event, bank.lang)
    return [text], {s['id']: 'yes' if s['id'] in accepted else 'no' for s in event['session']}

def mail(bank, event=None):
    person = random.choice(bank.names); org = random.choice(bank.orgs); unit = random.choice(bank.units); position = random.choice(bank.positions)
    position = position if isinstance(position, str) else position.get('p', '')
    name, prose = person['n'], org.get('prose') or org['o']
    if random.random() < .12 and position[:1].islower(): position = position
    local = re.sub(r'[^a-z.]+', '', '.'.join(re.findall(r'[a-z]+', name.lower()))) or 'mail' + str(random.randint(1, 99))
    domain = re.sub(r'[^a-z]+', '', org['o'].lower())[:12] or random.choice(['post', 'mail', 'web', 'berlin'])
    address = f"{random.choice([local, local[:1] + local.split('.')[-1], 'info', local])}@{random.choice([domain, 'mail', 'post'])}.{random.choice(TLDS)}"
    values = {'N': name, 'O': prose, 'P': position, 'U': unit, 'H': (person.get('h', '') + ' ' + name).strip(), 'MAIL': address,
              'ADDR': random.choice(['Hauptstr. 7, 10115 Berlin', '12 Mill Lane, Oxford', 'Seoul', '서울시 종로구', 'Box 41, Bergen', '東京都港区']), 'TEL': f'+{random.randint(1,90)} {random.randint(100,999)} {random.randint(10000,999999)}'}
    said, plan = answers(bank) if event is None else picked(bank, event); told = set(); lines = []
    shape = random.random() if event is None else 1; none = random.random() < .08
    if shape < .12 and isinstance(plan, dict) and len(plan) == 2 and 'maybe' not in plan.values():
        form = random.choice(bank.forms); marks = [m for m in ('@a', '@b', '@yes', '@no') if m in form]
        slots = {**values, 'O': org['o'], **{f'{k}_{x}': bank.ref(s, k) for k in KINDS for x, s in (('a', 'film'), ('b', 'conference'))}}
        if all(s in slots for s in SLOT.findall(form)) and '@a' in form and '@b' in form and '{np_a}' in form and '{np_b}' in form:
            text = fill(form, slots)
            for m, s in (('@a', 'film'), ('@b', 'conference')): text = text.replace(m, random.choice(bank.form_yes if plan[s] == 'yes' else bank.form_no))
            lines = [text]; told = set(SLOT.findall(form)); none = False
        else: shape = 1
    if not lines:
        body = [sentence(s) for s in said]
        for _ in range(random.choice([0, 0, 1, 1, 2])):
            n = noise(bank) if event is None else ''
            if n: body.insert(random.randint(0, len(body)), sentence(n))
        if none:
            u = random.choice(bank.unaffiliated); body.insert(random.randint(0, len(body)), sentence(u['t'])); told |= {'none'}
        elif random.random() < .6:
            intro = random.choice(bank.intros)
            if all(s in values for s in SLOT.findall(intro)):
                told |= set(SLOT.findall(intro)); body.insert(random.choice([0, 0, 0, len(body)]), sentence(fill(intro, values)))
        joint = random.choice([' ', ' ', '\n', '\n\n']); sep = '' if bank.lang in ('ja', 'zh') and joint == ' ' else joint
        text = sep.join(body)
        lines = ([random.choice(bank.greetings)] if random.random() < .7 else []) + [text]
    if random.random() < (.75 if 'O' not in told else .4) or 'N' not in told:
        signature = random.choice(bank.signatures) if not none and random.random() < .75 else random.choice(['{N}', '{H}', '{N}'])
        if all(s in values for s in SLOT.findall(signature)):
            told |= set(SLOT.findall(signature)); closing = [random.choice(bank.closings)] if random.random() < .7 else []
            lines.append('\n'.join(closing + [fill(signature, {**values, 'O': org['o'] if random.random() < .8 else prose})]))
    text = '\n\n'.join(l for l in lines if l) if random.random() < .8 else '\n'.join(l for l in lines if l)
    if random.random() < .06: text = text.lower(); lower = True
    else: lower = False
    case = (lambda s: s.lower()) if lower else (lambda s: s)
    display = random.choice([name, name, name, '', person.get('h', '') and values['H'], name.split()[-1] if ' ' in name else name])
    positions = [u['p']] if none and u.get('p') else ([position] if told & {'P'} else [])
    attendee = {'name': case(name) if told & {'N', 'H'} or name in display else (display or None),
                'organization': (case(org['o']) if told & {'O'} else None), 'position': case(positions[0]) if positions else None,
                'sessions': None if plan in (None, 'maybe') else sorted(s for s, v in plan.items() if v == 'yes'), 'email': address}
    if plan == 'maybe': attendee['sessions'] = [None, ['film']]
    return {'name': display, 'address': address, 'subject': random.choice(SUBJECTS), 'text': text, 'event': event['id'] if event else EVENT, 'lang': bank.lang, 'file': '',
            'truth': {'kind': ['attend', 'decline'], 'action': ['record', 'review'], 'human': None, 'attendees': [attendee]}}

if __name__ == '__main__':
    random.seed(7)
    for path in sorted(HERE.glob('*.json')):
        bank = Bank(path); made = 0; tries = 0
        while made < COUNTS.get(bank.lang, OTHERS) and tries < 9999:
            tries += 1
            try: line = mail(bank)
            except (KeyError, IndexError) as e:
                if tries > 9000: print(path, repr(e), file=sys.stderr)
                continue
            print(json.dumps(line, ensure_ascii=False)); made += 1
        events = list(many.events(os.environ.get('RSVPD_SHARED', HERE.parents[2] / 'shared')))
        for _ in range(MANY.get(bank.lang, 0)):
            print(json.dumps(mail(bank, random.choice(events)), ensure_ascii=False))
        print(bank.lang, made, tries, file=sys.stderr)
