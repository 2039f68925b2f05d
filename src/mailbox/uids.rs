//! UID sets (RFC 3501 §9 sequence-set), short enough for every server.

/// Longest set in characters: some servers refuse lines of more than a thousand or so.
const MAX_SET: usize = 1000;

/// Writes ascending UIDs as sets, each with the UIDs that it names: `1:3,7`.
pub(super) fn sets(uids: &[u32]) -> Vec<(String, Vec<u32>)> {
    let mut sets: Vec<(String, Vec<u32>)> = Vec::new();
    for run in uids.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let text = match run {
            [] => continue,
            [only] => only.to_string(),
            [first, .., last] => format!("{first}:{last}"),
        };
        match sets.last_mut() {
            Some((set, named)) if set.len() + 1 + text.len() <= MAX_SET => {
                set.push(',');
                set.push_str(&text);
                named.extend(run);
            }
            _ => sets.push((text, run.to_vec())),
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_written_as_a_range() {
        assert_eq!(sets(&[1, 2, 3, 7, 9, 10]), [("1:3,7,9:10".to_owned(), vec![1, 2, 3, 7, 9, 10])]);
        assert!(sets(&[]).is_empty());
        assert_eq!(sets(&[u32::MAX])[0].0, "4294967295");
    }

    #[test]
    fn a_long_set_is_cut_and_names_every_uid_once() {
        let sparse: Vec<u32> = (0..1000).map(|n| 4_000_000_000 + n * 2).collect();
        let sets = sets(&sparse);
        assert!(sets.len() > 1 && sets.iter().all(|(set, _)| set.len() <= MAX_SET));
        assert_eq!(sets.into_iter().flat_map(|(_, named)| named).collect::<Vec<_>>(), sparse);
    }
}
