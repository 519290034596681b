#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Result<Phone, PhoneFault> {
    normalise_phone(text, &PhoneRegion::city("0513"))
}

#[test]
fn every_writing_of_a_mobile_number_is_one_number() {
    for text in [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        " 138.0000.1234 ",
        "+86-13800001234",
        "+86 138 0000 1234",
        "+8613800001234",
        "(+86)13800001234",
        "（＋８６）１３８００００１２３４",
        "0086 138 0000 1234",
        "0086-138-0000-1234",
        "8613800001234",
        "86 138 0000 1234",
        "013800001234",
        "１３８００００１２３４",
        "138　0000　1234",
        "\u{202a}138\u{200b}00001234\u{202c}",
        "138\u{a0}0000\u{2011}1234",
        "tel:+86-138-0000-1234",
        "17951 138 0000 1234",
        "12593138-0000-1234",
    ] {
        let phone = read(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(
            (phone.as_str(), phone.kind()),
            ("+8613800001234", PhoneKind::Mobile),
            "{text}"
        );
        assert_eq!(phone.masked(), "138****1234");
        assert_eq!(phone.display(), "138 0000 1234");
        assert_eq!(format!("{phone:?}"), "Phone(138****1234)");
    }
}

#[test]
fn landlines_keep_their_area_code() {
    for (text, canonical, masked, shown) in [
        (
            "0513-8551 2345",
            "+8651385512345",
            "0513-****2345",
            "0513-8551 2345",
        ),
        (
            "(0513)85512345",
            "+8651385512345",
            "0513-****2345",
            "0513-8551 2345",
        ),
        (
            "+86 513 8551 2345",
            "+8651385512345",
            "0513-****2345",
            "0513-8551 2345",
        ),
        (
            "+86 (0)513 8551 2345",
            "+8651385512345",
            "0513-****2345",
            "0513-8551 2345",
        ),
        (
            "0086-0513-85512345",
            "+8651385512345",
            "0513-****2345",
            "0513-8551 2345",
        ),
        (
            "51385512345",
            "+8651385512345",
            "0513-****2345",
            "0513-8551 2345",
        ),
        (
            "8551 2345",
            "+8651385512345",
            "0513-****2345",
            "0513-8551 2345",
        ),
        (
            "010-6512 3456",
            "+861065123456",
            "010-****3456",
            "010-6512 3456",
        ),
        (
            "+86 10 65123456",
            "+861065123456",
            "010-****3456",
            "010-6512 3456",
        ),
        (
            "021 2345 6789",
            "+862123456789",
            "021-****6789",
            "021-2345 6789",
        ),
        (
            "0931-861 2345",
            "+869318612345",
            "0931-****2345",
            "0931-861 2345",
        ),
    ] {
        let phone = read(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(
            (phone.as_str(), phone.kind()),
            (canonical, PhoneKind::Landline),
            "{text}"
        );
        assert_eq!(
            (phone.masked(), phone.display()),
            (masked.to_owned(), shown.to_owned()),
            "{text}"
        );
    }
    assert_eq!(
        normalise_phone("8551 2345", &PhoneRegion::china()),
        Err(PhoneFault::TooShort)
    );
}

#[test]
fn extensions_are_kept_apart() {
    for text in [
        "0513-85512345转801",
        "0513-85512345-801",
        "0513 8551 2345 转 801",
        "0513-85512345 分机：801",
        "0513-85512345分机号801",
        "0513-85512345 ext. 801",
        "0513-85512345 Extension 801",
        "0513-85512345x801",
        "0513-85512345#801",
        "0513-85512345,801",
        "+86-513-85512345-801",
        "0086-513-85512345-801",
        "+8651385512345;ext=801",
        "８５５１２３４５－８０１",
    ] {
        let phone = read(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(phone.as_str(), "+8651385512345;ext=801", "{text}");
        assert_eq!(
            (phone.line(), phone.extension()),
            ("+8651385512345", Some("801"))
        );
        assert_eq!(phone.display(), "0513-8551 2345 转 801");
        assert_eq!(phone.masked(), "0513-****2345");
    }
    assert_eq!(
        read("400-123-4567-2").unwrap().as_str(),
        "+864001234567;ext=2"
    );
}

#[test]
fn service_numbers_stay_short_and_open() {
    for (text, canonical, shown) in [
        ("12345", "12345", "12345"),
        ("１２３４５", "12345", "12345"),
        ("110", "110", "110"),
        ("119", "119", "119"),
        ("10086", "10086", "10086"),
        ("95598", "95598", "95598"),
        ("96196", "96196", "96196"),
        ("118114", "118114", "118114"),
        ("+86 513 12345", "+8651312345", "0513-12345"),
        ("0513-12345", "+8651312345", "0513-12345"),
        ("400 123 4567", "+864001234567", "400-123-4567"),
        ("+86 800 123 4567", "+868001234567", "800-123-4567"),
    ] {
        let phone = read(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(
            (phone.as_str(), phone.kind()),
            (canonical, PhoneKind::Service),
            "{text}"
        );
        assert_eq!(
            (phone.masked(), phone.display()),
            (shown.to_owned(), shown.to_owned()),
            "{text}"
        );
    }
}

#[test]
fn foreign_numbers_keep_their_country() {
    for (text, canonical, masked) in [
        ("+44 20 7946 0958", "+442079460958", "+44****0958"),
        ("+44 (0)20 7946 0958", "+442079460958", "+44****0958"),
        ("0044 20 7946 0958", "+442079460958", "+44****0958"),
        ("+852 2345 6789", "+85223456789", "+85****6789"),
        ("+1 (212) 555-0123", "+12125550123", "+12****0123"),
        ("+683 4000", "+6834000", "+68****00"),
    ] {
        let phone = read(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(
            (phone.as_str(), phone.kind()),
            (canonical, PhoneKind::Foreign),
            "{text}"
        );
        assert_eq!(phone.masked(), masked, "{text}");
    }
}

#[test]
fn each_fault_has_its_name() {
    for (text, fault) in [
        ("", PhoneFault::Empty),
        (" -\u{200b} ", PhoneFault::Empty),
        ("+", PhoneFault::Empty),
        ("abc", PhoneFault::Letters),
        ("138O0001234", PhoneFault::Letters),
        ("电话13800001234", PhoneFault::Letters),
        ("13800001234 or 5", PhoneFault::Letters),
        ("138+00001234", PhoneFault::Letters),
        ("<script>", PhoneFault::Letters),
        ("0513-85512345转", PhoneFault::Letters),
        ("转801", PhoneFault::TooShort),
        ("1380000123", PhoneFault::TooShort),
        ("12", PhoneFault::TooShort),
        ("1234", PhoneFault::TooShort),
        ("123456", PhoneFault::TooShort),
        ("0513", PhoneFault::TooShort),
        ("0513-8551", PhoneFault::TooShort),
        ("010-651 2345", PhoneFault::TooShort),
        ("+44 1", PhoneFault::TooShort),
        ("+86", PhoneFault::TooShort),
        ("138000012345", PhoneFault::TooLong),
        ("138-0000-12345", PhoneFault::TooLong),
        ("+44-20-7946-0958-1234567", PhoneFault::TooLong),
        ("13800001234/13900001234", PhoneFault::TooLong),
        ("+86138000012345", PhoneFault::TooLong),
        ("0513-855123456", PhoneFault::TooLong),
        ("+44 1234567890123456", PhoneFault::TooLong),
        ("0513-85512345转1234567", PhoneFault::TooLong),
        ("0513-05512345", PhoneFault::Unknown),
        ("+0012345678", PhoneFault::Unknown),
        ("00000000000", PhoneFault::Unknown),
    ] {
        assert_eq!(read(text), Err(fault), "{text:?}");
    }
    assert_eq!(read(&"1".repeat(10_000)), Err(PhoneFault::TooLong));
}

proptest! {
    #[test]
    fn the_canonical_form_reads_as_itself(text in "[+0]{0,2}[0-9()（ -]{0,18}(转[0-9]{1,4})?") {
        if let Ok(phone) = read(&text) {
            // Without any local area code: the canonical form is complete.
            let again = normalise_phone(phone.as_str(), &PhoneRegion::china());
            prop_assert_eq!(again.as_ref().map(Phone::as_str), Ok(phone.as_str()), "{}", text);
            prop_assert_eq!(again.unwrap().kind(), phone.kind());
            let shown = read(&phone.display()).unwrap();
            prop_assert_eq!(shown.as_str(), phone.as_str());
        }
    }

    #[test]
    fn no_text_makes_it_panic_and_masks_hide_the_middle(text in "\\PC{0,24}", number in "1[3-9][0-9]{9}") {
        if let Ok(phone) = read(&text) {
            prop_assert!(!phone.masked().is_empty());
            prop_assert!(!phone.display().is_empty());
        }
        let masked = read(&number).unwrap().masked();
        prop_assert_eq!(masked, format!("{}****{}", &number[..3], &number[7..]));
    }
}
