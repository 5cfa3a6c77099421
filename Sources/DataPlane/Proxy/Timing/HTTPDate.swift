/// A moment as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
package struct HTTPDate: Sendable, CustomStringConvertible {
    /// 9999-12-31T23:59:59Z, the last moment that four digits of a year can write.
    private static let last: Int64 = 253_402_300_799
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Always 29 bytes of ASCII.
    package let description: String

    /// A moment before 1970 or after 9999 is written as the nearest that there is.
    package init(secondsSince1970 seconds: Int64) {
        let seconds = min(max(seconds, 0), Self.last)
        let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = Self.civilDate(days: Int(days))
        let time = [second / 3_600, second / 60 % 60, second % 60].map { Self.digits(Int($0), 2) }
        self.description = """
            \(Self.weekdays[Int(days % 7)]), \(Self.digits(day, 2)) \(Self.months[month - 1]) \
            \(Self.digits(year, 4)) \(time.joined(separator: ":")) GMT
            """
    }

    /// The date of the Gregorian calendar that is `days` after 1970-01-01.
    ///
    /// Counted in years that begin in March, so that the odd day is the last one.
    private static func civilDate(days: Int) -> (year: Int, month: Int, day: Int) {
        let sinceMarch0 = days + 719_468
        let (era, dayOfEra) = sinceMarch0.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}
