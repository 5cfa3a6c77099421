/// A day of the proleptic Gregorian calendar, the one of RFC 3339, counted without any library's calendar.
struct CivilDate: Hashable {
    let year: Int64
    /// 1...12.
    let month: Int64
    /// 1...31.
    let day: Int64

    /// The date so many days after 1970-01-01. Years are counted from March, in eras of 400 years of 146,097 days: then leap
    /// days come last, and months repeat every five (153 days).
    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        self.month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }

    /// Nil where there is no such day.
    init?(year: Int64, month: Int64, day: Int64) {
        guard (1...12).contains(month), day >= 1, day <= Self.days(inMonth: month, of: year) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    var daysSince1970: Int64 {
        let year = self.month <= 2 ? self.year - 1 : self.year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let monthFromMarch = (self.month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + self.day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}

extension Timestamp {
    static let nanosecondsPerSecond: Int64 = 1_000_000_000
    static let secondsPerDay: Int64 = 86_400

    /// RFC 3339 in UTC; a fraction only where there is one, without zeros at its end.
    package var text: String {
        let days = self.seconds.flooredQuotient(Self.secondsPerDay)
        let second = self.seconds - days * Self.secondsPerDay
        let date = CivilDate(daysSince1970: days)
        let day = "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))"
        let time = "\(digits(second / 3600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))"
        return "\(day)T\(time)\(fraction(Int64(self.nanoseconds)))Z"
    }

    /// Reads RFC 3339 with any offset; of the fraction nine digits count. Nil for other text and for moments out of range.
    package init?(text: String) {
        var reader = DigitReader(text)
        guard let year = reader.number(of: 4), reader.take("-"), let month = reader.number(of: 2), reader.take("-"),
            let day = reader.number(of: 2), reader.take("T") || reader.take("t"),
            let hour = reader.number(of: 2), hour < 24, reader.take(":"),
            let minute = reader.number(of: 2), minute < 60, reader.take(":"),
            let second = reader.number(of: 2), second < 60,
            let nanoseconds = reader.take(".") ? reader.nanoseconds() : 0,
            let offset = reader.zone(), reader.isAtEnd,
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        let seconds = date.daysSince1970 * Self.secondsPerDay + hour * 3600 + minute * 60 + second - offset
        self.init(seconds: seconds, nanoseconds: nanoseconds)
    }
}

/// Reads text of digits and signs from its begin.
struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        self.rest = text[...].utf8
    }

    var isAtEnd: Bool { self.rest.isEmpty }

    mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard let first = self.rest.first, UInt32(first) == sign.value else { return false }
        self.rest.removeFirst()
        return true
    }

    /// A number of exactly so many digits.
    mutating func number(of count: Int) -> Int64? {
        let taken = self.rest.prefix(count)
        guard taken.count == count, taken.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        self.rest = self.rest.dropFirst(count)
        return taken.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// The digits of a fraction of a second, at least one; those behind the ninth don't count.
    mutating func nanoseconds() -> Int32? {
        let taken = self.rest.prefix { (0x30...0x39).contains($0) }
        guard !taken.isEmpty else { return nil }
        self.rest = self.rest[taken.endIndex...]
        var value = taken.prefix(9).reduce(Int32(0)) { $0 * 10 + Int32($1 - 0x30) }
        for _ in 0..<max(0, 9 - taken.count) { value *= 10 }
        return value
    }

    /// `Z`, or an offset such as `+02:30`, in seconds east of Greenwich.
    mutating func zone() -> Int64? {
        if self.take("Z") || self.take("z") { return 0 }
        let isWest = self.take("-")
        guard isWest || self.take("+"), let offset = self.clock() else { return nil }
        return isWest ? -offset : offset
    }

    /// `hh:mm` in seconds.
    mutating func clock() -> Int64? {
        guard let hours = self.number(of: 2), hours < 24, self.take(":"), let minutes = self.number(of: 2), minutes < 60
        else { return nil }
        return hours * 3600 + minutes * 60
    }
}

/// A number that is not negative, with zeros before it up to so many digits.
private func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
}

/// Nanoseconds behind a decimal point, without zeros at the end; nothing where there are none.
func fraction(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "" }
    var text = digits(nanoseconds, 9)
    while text.utf8.last == UInt8(ascii: "0") { text.removeLast() }
    return "." + text
}

extension Int64 {
    /// The quotient rounded down, also below zero. The divisor is positive.
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = self.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
