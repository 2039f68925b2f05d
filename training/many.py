"""Invents answers about the sessions of any event, out of its own titles, aliases and dates: for events of more than two sessions."""
import datetime, random, tomllib
from pathlib import Path

MONTHS = {'en': 'January February March April May June July August September October November December'.split(),
          'de': 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(),
          'fr': 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split()}
DAYS = {'en': 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(),
        'de': 'Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag'.split(),
        'fr': 'lundi mardi mercredi jeudi vendredi samedi dimanche'.split(), 'ko': '월요일 화요일 수요일 목요일 금요일 토요일 일요일'.split()}
AND = {'en': [' and ', ', ', ' & ', ' plus ', ' as well as '], 'de': [' und ', ', ', ' sowie ', ' + '], 'fr': [' et ', ', ', ' ainsi que '], 'ko': [', ', ' 및 ', '와 ', ' 그리고 ', '·']}
# {y}: the sessions accepted, {n}: those refused, {1}: one of them.
SOME = {
 'en': ['I will attend {y}.', "I'll come to {y}, but not to {n}.", 'Please register me for {y}.', '{y}: yes. {n}: no.', 'Count me in for {y}; I have to miss {n}.', 'Only {y}, please.',
        'I can make {y}. {n} won\'t work, sorry.', 'Yes to {y}, no to {n}.', "{n} I must skip, {y} with pleasure.", 'I am glad to accept for {y} and regret that I cannot be at {n}.', 'Everything except {n}.',
        'All of it but {n}.', 'Put me down for {y} (not {n}).', 'With the exception of {n} I will be there for the whole programme.', '{y} for me.', 'My flight leaves before {n}, so just {y}.', 'I have other duties during {n}; {y} I look forward to.',
        'You may expect me at {y}.', 'Unfortunately {n} is impossible, however {y} is fine.', 'I shall take part in {y} only.', 'Not {n}, as I am teaching, but certainly {y}.', 'I would not miss {y}. {n} is not for me.',
        'Happy to join {y}!', 'Attending: {y}. Not attending: {n}.', 'Sessions: {y}', 'I choose {y}.', 'May I have a seat at {y}? {n} I leave to others.', 'I arrive too late for {n}. Everything else: yes.', 'Everything, though I will leave before {n}.'],
 'de': ['Ich nehme an {y} teil.', 'Ich komme zu {y}, nicht aber zu {n}.', 'Bitte merken Sie mich für {y} vor.', '{y}: ja. {n}: nein.', 'Nur {y}, bitte.', '{n} schaffe ich leider nicht, {y} gern.', 'Ja zu {y}, nein zu {n}.', 'Alles außer {n}.', 'Bis auf {n} bin ich überall dabei.',
        'Zusage für {y}, Absage für {n}.', 'Für {y} sage ich gerne zu; {n} muss ich leider auslassen.', 'Teilnahme: {y}', 'Mein Zug fährt vor {n}, daher nur {y}.', 'Ich freue mich auf {y}. Bei {n} bin ich verhindert.', '{y} passt, {n} passt nicht.', 'Anmeldung für {y}.',
        'Ich wäre bei {y} dabei, auf {n} verzichte ich.', 'Alles, nur {n} nicht.', 'Mit Ausnahme von {n} nehme ich am ganzen Programm teil.'],
 'fr': ['Je participerai à : {y}.', 'Je viendrai pour {y}, mais pas pour {n}.', '{y} : oui. {n} : non.', 'Seulement {y}, merci.', 'Tout sauf {n}.', 'Je serai présent pour {y} ; {n}, hélas, impossible.', "J'accepte avec plaisir pour {y} et dois décliner {n}.", 'Inscrivez-moi pour {y}.', 'Présence : {y}', "À l'exception de {n}, je serai là."],
 'ko': ['{y}에 참석하겠습니다.', '{y}에는 참석하고 {n}에는 참석하지 못합니다.', '{y}만 참석합니다.', '{y}: 참석 / {n}: 불참', '{n}만 빼고 모두 참석합니다.', '{n}은(는) 어렵고 {y}은(는) 가능합니다.', '참석 행사: {y}', '{y} 참석, {n} 불참 부탁드립니다.', '{n} 때는 일정이 있어 {y}만 가겠습니다.', '{n} 제외하고 전부 참석하겠습니다.', '{y} 신청합니다.', '{y}에 자리 부탁드립니다. {n}은 못 갑니다.']}
ALL = {'en': ['I will attend everything.', 'All sessions, please.', "I'll be there for the whole programme.", 'Yes to all.', 'I accept for the full programme.', "I'll come to all of it.", 'Every part of it, gladly.'],
       'de': ['Ich nehme am gesamten Programm teil.', 'Ich komme zu allem.', 'Alles, bitte.', 'Ja zu allen Terminen.', 'Ich bin durchgehend dabei.'], 'fr': ['Je participerai à tout le programme.', 'Oui pour tout.', "Je serai là du début à la fin."],
       'ko': ['전 일정 참석하겠습니다.', '모두 참석합니다.', '전체 프로그램에 참석합니다.', '모든 행사에 참석하겠습니다.']}
NONE = {'en': ['I cannot attend any of it.', 'Regrettably I must decline.', 'I will not be able to come.', 'Please excuse me; none of it is possible.', "I can't make it this time."], 'de': ['Ich kann leider nicht kommen.', 'Ich muss leider absagen.', 'Leider ist mir keine Teilnahme möglich.', 'Zu nichts davon kann ich kommen.'],
        'fr': ['Je ne pourrai pas venir.', 'Je dois décliner.'], 'ko': ['아쉽게도 참석하지 못합니다.', '이번에는 참석이 어렵습니다.', '전 일정 불참입니다.']}

def events(shared):
    for path in sorted((Path(shared) / 'events').rglob('*.toml')):
        event = tomllib.loads(path.read_text())
        if len(event.get('session', [])) > 1: yield event

def date(session, lang, event):
    d = session['starts']; m = MONTHS.get(lang, MONTHS['en'])[d.month - 1]; day = DAYS.get(lang, DAYS['en'])[d.weekday()]
    if lang == 'en': return random.choice([f'{d.day} {m}', f'{m} {d.day}', f'the {d.day}{"th" if 3 < d.day < 21 else {1:"st",2:"nd",3:"rd"}.get(d.day % 10, "th")}', day, f'{day} {d.day} {m}'])
    if lang == 'de': return random.choice([f'{d.day}. {m}', f'{d.day}.{d.month}.', day, f'{day}, {d.day}.{d.month}.'])
    if lang == 'fr': return random.choice([f'le {d.day} {m}', day, f'le {day} {d.day}'])
    return random.choice([f'{d.month}월 {d.day}일', f'{d.day}일', day, f'{d.month}/{d.day}'])

def name(session, lang, event):
    own = session.get('aliases', {}).get(lang, []) + [session['title'][lang]] * 2 if lang in session['title'] else []
    names = own or session.get('aliases', {}).get('en', []) + [session['title'].get('en', '')]
    n = random.choice([x for x in names if x])
    alone = sum(s['starts'].date() == session['starts'].date() for s in event['session']) == 1
    if alone and random.random() < .35: return date(session, lang, event)
    if lang == 'en' and not n.lower().startswith('the ') and random.random() < .7: n = 'the ' + n
    if lang == 'de' and random.random() < .2: n = f'"{n}"'
    return f'{n} ({date(session, lang, event)})' if random.random() < .12 else n

def joined(sessions, lang, event):
    names = [name(s, lang, event) for s in sessions]
    return names[0] if len(names) == 1 else ', '.join(names[:-1]) + random.choice(AND[lang]) + names[-1]

def answer(event, lang):
    """A text, and the ids of the sessions accepted."""
    every = event['session']; r = random.random()
    if r < .1: return random.choice(ALL[lang]), [s['id'] for s in every]
    if r < .17: return random.choice(NONE[lang]), []
    if r < .3:
        plan = {s['id']: random.random() < .55 for s in every}
        marks = random.choice([('yes', 'no'), ('x', '-'), ('✓', '✗'), ('X', ''), ('yes please', 'no thanks'), ('ja', 'nein'), ('O', 'X'), ('참석', '불참')] if lang in ('de', 'ko') else [('yes', 'no'), ('x', '-'), ('✓', '✗'), ('yes please', 'no thank you')])
        sep = random.choice([': ', ' - ', ' = ', '  '])
        return '\n'.join(f'{name(s, lang, event)}{sep}{marks[0] if plan[s["id"]] else marks[1]}' for s in every), [i for i, v in plan.items() if v]
    template = random.choice(SOME[lang]); rest = '{y}' not in template
    count = random.randint(1, len(every) - 1)
    if rest: count = max(len(every) - random.choice([1, 1, 2]), 1)
    yes = set(random.sample(range(len(every)), count))
    y, n = [s for i, s in enumerate(every) if i in yes], [s for i, s in enumerate(every) if i not in yes]
    if '{n}' in template and not rest: n = random.sample(n, random.randint(1, len(n)))
    return template.replace('{y}', joined(y, lang, event)).replace('{n}', joined(n, lang, event)), [s['id'] for s in y]
