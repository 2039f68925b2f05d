"""Checks replies/*.txt (their format: replies/README.md) and makes mails of them, as the corpora are laid out.

    replies.py [FILE...]        checks them
    replies.py --into FOLDER    a folder an author, with truth.jsonl and a mail a reply"""
import datetime, json, re, sys, tomllib
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path

HERE = Path(__file__).parent / 'replies'
SHARED = Path(__import__('os').environ.get('RSVPD_SHARED', HERE.parents[2] / 'shared'))
KINDS = {'attend', 'decline', 'change', 'cancel', 'question', 'unrelated'}
ACTIONS = {'record', 'ask', 'review', 'ignore'}

def events():
    files = [SHARED / 'events/nkhr-2013-berlin.toml', *sorted((HERE / 'events').glob('*.toml'))]
    return {event['id']: event for event in (tomllib.loads(file.read_text()) for file in files)}

def folded(text): return re.sub(r'\s+', '', text).casefold()

def values(text):
    """What a field may hold: `-` nothing, `none` nothing by the person's own word."""
    found = [v.strip() for v in text.split('==')]
    return [None if v in ('-', 'none') else v for v in found]

def person(line, event):
    name, organization, position, sessions, email = (part.strip() for part in line[1:].split('|'))
    one = lambda v: v[0] if len(v) == 1 else v
    went = None if sessions == '?' else [] if sessions == 'none' else [s.strip() for s in sessions.split(',')]
    unknown = set(went or ()) - {s['id'] for s in event['session']}
    if unknown: raise ValueError(f'no such session: {unknown}')
    return {'name': one(values(name)), 'organization': one(values(organization)), 'position': one(values(position)),
            'sessions': went, 'email': email}, {'organization': organization, 'position': position}

def reply(head, lines, known):
    """One reply of a file; what is wrong with it as a ValueError."""
    words = head.split()[1:]
    lang, event_id, kind, action = words[:4]; human = 'human' in words[4:] or action == 'review'
    if event_id not in known: raise ValueError(f'no such event: {event_id}')
    if kind not in KINDS or action not in ACTIONS: raise ValueError(f'kind or action: {kind} {action}')
    event = known[event_id]; sender = subject = None; people = []; told = []
    for k, line in enumerate(lines):
        if line.startswith('From:'): sender = line[5:].strip()
        elif line.startswith('Subject:'): subject = line[8:].strip()
        elif line.startswith('@ ') or line.startswith('@\t'):
            p, raw = person(line, event); people.append(p); told.append(raw)
        elif not line.strip(): break
        else: raise ValueError(f'not a head line: {line!r}')
    text = '\n'.join(lines[k + 1:]).strip('\n')
    if not sender or '@' not in parseaddr(sender)[1]: raise ValueError(f'From: {sender}')
    if not text.strip(): raise ValueError('no text')
    shown = folded(text); whole = folded(text + ' ' + sender + ' ' + (subject or ''))
    for p, raw in zip(people, told):
        for field in ('name', 'organization', 'position'):
            for v in p[field] if isinstance(p[field], list) else [p[field]]:
                if v and folded(v) not in (whole if field == 'name' else shown): raise ValueError(f'{field} does not stand in the mail: {v!r}')
        if folded(p['email']) not in whole: raise ValueError(f"email does not stand in the mail: {p['email']!r}")
        gap = [f for f in event['required'] if f in ('organization', 'position') and raw[f] == '-' or f == 'name' and p['name'] is None or f == 'sessions' and p['sessions'] is None]
        p['gap'] = gap
    lacking = any(p.pop('gap') for p in people)
    if kind == 'attend' and action == 'record' and lacking: raise ValueError('record, but something required is missing')
    if action == 'ask' and not lacking: raise ValueError('ask, but nothing required is missing')
    if action in ('record', 'ask') and not people: raise ValueError('nobody (@) in a record or ask')
    return {'lang': lang, 'event': event_id, 'from': sender, 'subject': subject or '', 'text': text,
            'truth': {'kind': kind, 'action': action, 'human': human, 'attendees': people}}

def read(path, known):
    """The replies of a file, and what is wrong with it."""
    found, wrong, blocks = [], [], []
    for number, line in enumerate(path.read_text().split('\n'), 1):
        if line.startswith('==='): blocks.append((number, line, []))
        elif blocks: blocks[-1][2].append(line)
    for number, head, lines in blocks:
        try: found.append(reply(head, lines, known))
        except (ValueError, IndexError) as error: wrong.append(f'{path.name}:{number}: {error}')
    return found, wrong

def mail(line, event, number):
    """The reply as a mail of some day between invitation and event."""
    message = EmailMessage(policy=SMTP); name, address = parseaddr(line['from'])
    message['From'] = f'"{name}" <{address}>' if name else address
    message['To'] = event['mailbox']; message['Subject'] = line['subject']
    invited = event['invited']; first = min(s['starts'] for s in event['session'])
    day = invited + datetime.timedelta(days=1 + number * 7 % max((first.date() - invited).days - 2, 1))
    message['Date'] = format_datetime(datetime.datetime.combine(day, datetime.time(8 + number % 11, number * 13 % 60), datetime.timezone.utc))
    message['Message-ID'] = f'<{number}@{address.split("@")[1]}>'
    message.set_content(line['text'] + '\n', cte='8bit')
    return message.as_bytes()

def main():
    known = events(); arguments = sys.argv[1:]; into = Path(arguments[1]) if arguments[:1] == ['--into'] else None
    files = [Path(f) for f in arguments] if arguments and not into else sorted(HERE.glob('*.txt')); wrong = 0
    for path in files:
        found, errors = read(path, known); wrong += len(errors)
        print('\n'.join(errors + [f'{path.name}: {len(found)} replies, {len(errors)} wrong']), file=sys.stderr)
        if into:
            folder = into / path.stem; folder.mkdir(parents=True, exist_ok=True)
            with open(folder / 'truth.jsonl', 'w') as truth:
                for number, line in enumerate(found, 1):
                    name = f'{path.stem}-{number:03}.eml'; (folder / name).write_bytes(mail(line, known[line['event']], number))
                    print(json.dumps({'id': name[:-4], 'file': name, 'lang': line['lang'], 'event': line['event'], 'truth': line['truth']}, ensure_ascii=False), file=truth)
    sys.exit(bool(wrong) and not into)

if __name__ == '__main__': main()
