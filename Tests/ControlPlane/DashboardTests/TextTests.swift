import Foundation
import Testing

@testable import Dashboard

@Suite struct TextTests {
    @Test(
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (1000, "1\u{2009}000"), (3871, "3\u{2009}871"),
            (12_345_678, "12\u{2009}345\u{2009}678"), (-4200, "-4\u{2009}200"),
        ]
    )
    func `Numbers have a thin space between thousands`(number: Int, text: String) {
        #expect(NumberText.grouped(number) == text)
    }

    @Test(arguments: [(0, "0"), (0.01, "<0.1"), (0.2, "0.2"), (2, "2"), (99.94, "99.9"), (1412.4, "1\u{2009}412")])
    func `Rates have one digit behind the point`(number: Double, text: String) {
        #expect(NumberText.rate(number) == text)
    }

    @Test(arguments: [(0, "0"), (0.25, "0.25"), (0.5, "0.5"), (0.75, "0.75"), (1.05, "1.05"), (4000, "4\u{2009}000")])
    func `An axis says what its lines are`(number: Double, text: String) {
        #expect(NumberText.axis(number) == text)
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1234, "1.2 kB"), (999_600, "1 MB"), (5_250_000_000, "5.3 GB"),
    ])
    func `Bytes have the unit that leaves three digits`(number: Int, text: String) {
        #expect(NumberText.bytes(number) == text)
    }

    @Test(
        arguments: [
            (-5, "now"), (-240, "4 min"), (-7200, "2 h"), (240, "in 4 min"), (7200, "in 2 h"),
            (-864_000, "23 Nov 2026"),
        ]
    )
    func `Times are relative within a day, and dates after`(seconds: Double, text: String) {
        let now = Date(timeIntervalSince1970: 1_796_256_000)
        #expect(TimeText.relative(now.addingTimeInterval(seconds), from: now) == text)
    }

    @Test func `A diff has three lines around each change`() {
        let old = (1...12).map(String.init).joined(separator: "\n")
        let new = old.replacing("6", with: "six")
        let lines = LineDiff.between(old, new).map { $0.sign + $0.text }
        #expect(lines == ["…", " 3", " 4", " 5", "-6", "+six", " 7", " 8", " 9", "…"])
        #expect(LineDiff.between(old, old).isEmpty)
    }

    @Test(arguments: [
        ("/agents", "/agents"), ("//evil.test", "/"), ("https://evil.test", "/"), ("/a\\b", "/"), (nil, "/"),
        ("/a\nb", "/"),
    ])
    func `Nobody is sent on to another site`(path: String?, expected: String) {
        #expect(Redirect.safe(path) == expected)
    }

    @Test func `A form is read in its order, and what is none is refused`() throws {
        let form = try FormFields(parsing: "name=a+b&tick=true&list=x&list=y%26&text=a%0D%0Ab")
        #expect(form["name"] == "a b")
        #expect(form.all("list") == ["x", "y&"])
        #expect(form["text"] == "a\nb")
        #expect(form["none"] == nil)
        #expect(throws: (any Error).self) { try FormFields(parsing: "a=%zz") }
    }
}
