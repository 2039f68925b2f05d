//! The demonstration, on real servers, with the program under test in place of a release build.

use std::path::Path;
use std::process::Command;

#[test]
fn the_demonstration_comes_out_as_expected() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/demo/demo.py");
    let mut python = Command::new("/usr/bin/python3");
    let output = python.arg(demo).args(["--rsvpd", env!("CARGO_BIN_EXE_rsvpd"), "--once"]).output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&told));
}
