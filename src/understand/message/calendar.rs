//! Calendar parts: answers that a calendar program wrote for a person (RFC 5545, RFC 5546).

use calcard::icalendar::{ICalendar, ICalendarComponent, ICalendarEntry, ICalendarParameterName, ICalendarProperty};
use calcard::{Entry, Parser};

use super::{Calendar, CalendarAttendee};

/// Most events, and attendees of each, that are kept.
const MOST: usize = 100;
/// Longest part that is read.
const LONGEST: usize = 256 * 1024;

/// The events of a calendar part; `method` is what its Content-Type says.
pub(super) fn read(text: &str, method: Option<&str>) -> Vec<Calendar> {
    let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
    let mut parser = Parser::new(text);
    let mut found = Vec::new();
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => found.extend(events(&calendar, method)),
            Entry::Eof => break,
            _ => {}
        }
        if found.len() >= MOST {
            break;
        }
    }
    found.truncate(MOST);
    found
}

fn events(calendar: &ICalendar, method: Option<&str>) -> Vec<Calendar> {
    let of_calendar = calendar.components.first().and_then(|component| text(component, &ICalendarProperty::Method));
    let method = of_calendar.or_else(|| method.map(ToString::to_string)).unwrap_or_default().to_uppercase();
    let events = calendar.components.iter().filter(|component| component.component_type.is_event());
    events.map(|component| event(component, method.clone())).collect()
}

fn event(component: &ICalendarComponent, method: String) -> Calendar {
    let start =
        component.property(&ICalendarProperty::Dtstart).and_then(|entry| entry.values.first()?.as_partial_date_time());
    let starts = start.and_then(|start| {
        jiff::civil::DateTime::new(
            i16::try_from(start.year?).ok()?,
            i8::try_from(start.month?).ok()?,
            i8::try_from(start.day?).ok()?,
            i8::try_from(start.hour.unwrap_or(0)).ok()?,
            i8::try_from(start.minute.unwrap_or(0)).ok()?,
            0,
            0,
        )
        .ok()
    });
    Calendar {
        method,
        summary: text(component, &ICalendarProperty::Summary).unwrap_or_default(),
        starts,
        starts_in_utc: start.is_some_and(|start| start.tz_hour.is_some()),
        attendees: component.properties(&ICalendarProperty::Attendee).take(MOST).filter_map(attendee).collect(),
        comment: text(component, &ICalendarProperty::Comment),
    }
}

fn attendee(entry: &ICalendarEntry) -> Option<CalendarAttendee> {
    let value = entry.values.first()?.as_text()?.trim().to_lowercase();
    let parameter = |name: &ICalendarParameterName| entry.parameter(name).and_then(|value| value.as_text());
    let address = value.strip_prefix("mailto:").unwrap_or(&value).to_string();
    let name = parameter(&ICalendarParameterName::Cn).map(|name| name.trim().trim_matches('"').to_string());
    Some(CalendarAttendee {
        name: name.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(&address)),
        address,
        participation: parameter(&ICalendarParameterName::Partstat).unwrap_or("NEEDS-ACTION").to_uppercase(),
    })
}

fn text(component: &ICalendarComponent, name: &ICalendarProperty) -> Option<String> {
    let text = component.property(name)?.values.first()?.as_text()?.trim().to_string();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_a_calendar_program_is_read() {
        let text = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nSUMMARY:Evening\\, with tea\r\n\
                    DTSTART;TZID=Europe/Berlin:20240201T190000\r\n\
                    ATTENDEE;PARTSTAT=ACCEPTED;CN=\"Weber, Anna\":MAILTO:Anna@X.example\r\n\
                    COMMENT:I am lo\r\n oking forward\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let expected = Calendar {
            method: "REPLY".into(),
            summary: "Evening, with tea".into(),
            starts: Some(jiff::civil::date(2024, 2, 1).at(19, 0, 0, 0)),
            starts_in_utc: false,
            attendees: vec![CalendarAttendee {
                name: Some("Weber, Anna".into()),
                address: "anna@x.example".into(),
                participation: "ACCEPTED".into(),
            }],
            comment: Some("I am looking forward".into()),
        };
        assert_eq!(read(text, None), [expected]);
    }

    #[test]
    fn method_and_times_are_found_where_they_stand() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20240201T180000Z\nATTENDEE:mailto:a@x.example\nEND:VEVENT\nEND:VCALENDAR";
        let [calendar] = &read(text, Some("reply"))[..] else { panic!("one event") };
        assert_eq!((calendar.method.as_str(), calendar.starts_in_utc), ("REPLY", true));
        assert_eq!(calendar.attendees[0].participation, "NEEDS-ACTION");
        assert_eq!(read("no calendar", None), []);
        assert_eq!(read("BEGIN:VCALENDAR\nBEGIN:VEVENT", None).len(), 1);
    }
}
