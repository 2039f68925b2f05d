//! What inline CSS and the old presentational attributes say, as far as it decides what a reader sees.

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

pub(super) const WHITE: Colour = [0xff; 3];
pub(super) const BLACK: Colour = [0; 3];

/// The declarations of a style attribute, lower case, in order.
pub(super) struct Style {
    declarations: Vec<(String, String)>,
}

impl Style {
    pub(super) fn parse(attribute: &str) -> Self {
        let declaration = |text: &str| {
            let (property, value) = text.split_once(':')?;
            let value = value.replace("!important", "");
            Some((property.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase()))
        };
        Self { declarations: attribute.split(';').filter_map(declaration).collect() }
    }

    /// The last value given to a property.
    pub(super) fn get(&self, property: &str) -> Option<&str> {
        self.declarations.iter().rev().find(|(name, _)| name == property).map(|(_, value)| value.as_str())
    }

    /// Whether the element and all inside it take no room: nothing within can be seen.
    pub(super) fn is_gone(&self) -> bool {
        let zero = |property: &str| self.get(property).is_some_and(is_zero);
        self.get("display") == Some("none")
            || zero("opacity")
            || self.get("overflow") == Some("hidden") && (zero("max-height") || zero("height") || zero("max-width"))
    }

    /// Whether the text is invisible; `None` where nothing is said. Inside, it may be shown again.
    pub(super) fn is_invisible(&self) -> Option<bool> {
        self.get("visibility").map(|value| value == "hidden" || value == "collapse")
    }

    /// Whether letters have no size; `None` where nothing is said.
    pub(super) fn is_sizeless(&self) -> Option<bool> {
        self.get("font-size").map(is_zero)
    }

    /// The colour of text.
    pub(super) fn colour(&self) -> Option<Colour> {
        self.get("color").and_then(colour)
    }

    /// The background: outer `None` where nothing is said, inner where it is no plain colour.
    pub(super) fn background(&self) -> Option<Option<Colour>> {
        if let Some(value) = self.get("background-color") {
            return (value != "transparent").then(|| colour(value));
        }
        let value = self.get("background").or_else(|| self.get("background-image"))?;
        (!matches!(value, "none" | "transparent" | "0 0" | "")).then(|| value.split_whitespace().find_map(colour))
    }

    /// The colour of a side's border, where it has a solid one.
    pub(super) fn border(&self, side: &str) -> Option<Colour> {
        let value = self.get(side).filter(|value| value.contains("solid"))?;
        colour(value.get(value.find("rgb(").unwrap_or(value.len())..).unwrap_or_default())
            .or_else(|| value.split_whitespace().find_map(colour))
    }
}

/// `0`, `0px`, `0.0em`; also the one pixel that hides as well.
fn is_zero(value: &str) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    number.trim().parse::<f32>().is_ok_and(|number| number == 0.0)
}

/// A colour in hexadecimal, `rgb()`, or one of the names that mail uses.
pub(super) fn colour(value: &str) -> Option<Colour> {
    let value = value.trim().to_ascii_lowercase();
    if let Some(digits) = value.strip_prefix('#') {
        let digits: Vec<u8> =
            digits.chars().map_while(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
        return match digits[..] {
            [r, g, b] => Some([r * 17, g * 17, b * 17]),
            [r1, r2, g1, g2, b1, b2, ..] => Some([r1 << 4 | r2, g1 << 4 | g2, b1 << 4 | b2]),
            _ => None,
        };
    }
    if let Some((_, inside)) = value.split_once("rgb").filter(|(before, _)| before.is_empty()) {
        let mut numbers = inside.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|text| !text.is_empty());
        let mut next = || numbers.next()?.split('.').next()?.parse().ok();
        return Some([next()?, next()?, next()?]);
    }
    Some(match value.as_str() {
        "white" => WHITE,
        "black" | "windowtext" => BLACK,
        "blue" => [0, 0, 0xff],
        "red" => [0xff, 0, 0],
        "green" => [0, 0x80, 0],
        "navy" => [0, 0, 0x80],
        "maroon" => [0x80, 0, 0],
        "purple" => [0x80, 0, 0x80],
        "gray" | "grey" => [0x80; 3],
        _ => return None,
    })
}

/// Whether a colour is one at all: not black, grey or white.
pub(super) fn is_vivid(colour: Colour) -> bool {
    let (low, high) = (colour.iter().min(), colour.iter().max());
    high.zip(low).is_some_and(|(high, low)| high - low > 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_in_every_notation() {
        for (text, expected) in [
            ("#fff", Some(WHITE)),
            ("#FFFFFF", Some(WHITE)),
            ("rgb(255, 255, 255)", Some(WHITE)),
            ("rgba(16,16,255,.5)", Some([16, 16, 255])),
            ("White", Some(WHITE)),
            ("#1F497D", Some([0x1f, 0x49, 0x7d])),
            ("inherit", None),
            ("#12", None),
            ("rgb(1,2)", None),
        ] {
            assert_eq!(colour(text), expected, "{text}");
        }
    }

    #[test]
    fn what_hides_is_told_from_what_shows() {
        for (style, gone) in [
            ("display:none", true),
            ("color:red; DISPLAY: none !important", true),
            ("max-height:0px;overflow:hidden", true),
            ("display:block", false),
            ("opacity:0.5", false),
            ("height:0", false),
        ] {
            assert_eq!(Style::parse(style).is_gone(), gone, "{style}");
        }
        assert_eq!(Style::parse("font-size:0").is_sizeless(), Some(true));
        assert_eq!(Style::parse("font-size:10.0pt").is_sizeless(), Some(false));
        assert_eq!(Style::parse("border-left:1px #ccc solid").border("border-left"), Some([0xcc; 3]));
        assert_eq!(Style::parse("border-left:2px solid rgb(16, 16, 255)").border("border-left"), Some([16, 16, 255]));
        assert_eq!(Style::parse("border-left:none").border("border-left"), None);
    }
}
