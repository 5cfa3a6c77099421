import Expression

/// Dates as HTTP writes them (RFC 9110 §5.6.7), read as cookies need it: leniently (RFC 6265 §5.1.1).
enum HTTPDate {
    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Finds a time, a day, a month and a year in any order between any delimiters, as user agents do; nil where one is
    /// missing or impossible.
    static func parse(_ text: String) -> Timestamp? {
        var time: (hour: Int, minute: Int, second: Int)?
        var day: Int?
        var month: Int?
        var year: Int?
        for token in text.utf8.split(whereSeparator: { !Self.isPartOfToken($0) }).map(Substring.init) {
            if time == nil, let found = Self.time(token) {
                time = found
            } else if day == nil, token.count <= 2, let found = Int(token) {
                day = found
            } else if month == nil, let found = Self.months.firstIndex(of: token.prefix(3).lowercased()) {
                month = found + 1
            } else if year == nil, (2...4).contains(token.count), let found = Int(token) {
                year = found < 70 ? found + 2000 : found < 100 ? found + 1900 : found
            }
        }
        guard let time, let day, let month, let year, (1...31).contains(day), (1601...9999).contains(year),
            time.hour < 24, time.minute < 60, time.second < 60
        else { return nil }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        let seconds = days * 86_400 + Int64(time.hour * 3600 + time.minute * 60 + time.second)
        return Timestamp(seconds: seconds, nanoseconds: 0)
    }

    private static func isPartOfToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private static func time(_ token: Substring) -> (hour: Int, minute: Int, second: Int)? {
        let parts = token.split(separator: ":")
        guard parts.count == 3, let hour = Int(parts[0]), let minute = Int(parts[1]), let second = Int(parts[2]),
            hour >= 0, minute >= 0, second >= 0
        else { return nil }
        return (hour, minute, second)
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar. Counted in years that begin in March, so that the leap
    /// day is the last of its year.
    private static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return Int64(shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468)
    }
}
