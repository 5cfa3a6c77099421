extension StandardLibrary {
    /// Moments and lengths of time. Getters of timestamps take a zone: an IANA name or an offset; UTC without one.
    static let times: [FunctionDeclaration] =
        timeConversions + [
            getter("getFullYear", "The year.", "getFullYear() == 2009", \.year),
            getter("getMonth", "The month, 0 for January.", "getMonth() == 1", \.month),
            getter("getDate", "The day of the month, from 1.", "getDate() == 13", \.date),
            getter("getDayOfMonth", "The day of the month, from 0.", "getDayOfMonth() == 12", \.dayOfMonth),
            getter("getDayOfWeek", "The day of the week, 0 for Sunday.", "getDayOfWeek() == 5", \.dayOfWeek),
            getter("getDayOfYear", "The day of the year, from 0.", "getDayOfYear() == 43", \.dayOfYear),
            getter(
                "getHours",
                "The hour of the day; of a duration its whole hours.",
                "getHours() == 23",
                \.hours,
                ofDuration: { $0.nanoseconds / 3_600_000_000_000 }
            ),
            getter(
                "getMinutes",
                "The minute of the hour; of a duration its whole minutes.",
                "getMinutes('Asia/Kathmandu') == 16",
                \.minutes,
                ofDuration: { $0.nanoseconds / 60_000_000_000 }
            ),
            getter(
                "getSeconds",
                "The second of the minute; of a duration its whole seconds.",
                "getSeconds('-03:00') == 30",
                \.seconds,
                ofDuration: { $0.nanoseconds / 1_000_000_000 }
            ),
            getter(
                "getMilliseconds",
                "The milliseconds of the second, of a timestamp and of a duration.",
                "getMilliseconds() == 0",
                \.milliseconds,
                ofDuration: { $0.nanoseconds / 1_000_000 % 1000 }
            ),
        ]

    private static let timeConversions = [
        FunctionDeclaration(
            "timestamp",
            summary: "A moment from RFC 3339 text or from seconds since 1970, in the years 1 to 9999.",
            examples: ["timestamp('2009-02-13T23:31:30Z') == timestamp(1234567890)"],
            overloads: [
                .function(Times.sameTimestamp), Times.refusingBadConstants(Times.timestampFromText),
                .function(Times.timestampFromSeconds),
            ]
        ),
        FunctionDeclaration(
            "duration",
            summary: "A length of time from text: numbers with the units h, m, s, ms, us, ns.",
            examples: ["duration('1h30m') == duration('90m')", "duration('-1.5s') < duration('0')"],
            overloads: [.function(Times.sameDuration), Times.refusingBadConstants(Times.durationFromText)]
        ),
    ]

    private static func getter(
        _ name: String,
        _ summary: String,
        _ example: String,
        _ part: any KeyPath<LocalTime, Int64> & Sendable,
        ofDuration: (@Sendable (TimeSpan) -> Int64)? = nil
    ) -> FunctionDeclaration {
        let inUTC: Function1<Timestamp, Int64> = {
            (moment: Timestamp, _: Evaluation) throws(EvaluationError) -> Int64 in
            LocalTime(moment, offset: 0)[keyPath: part]
        }
        let inZone: Function2<Timestamp, String, Int64> = {
            (moment: Timestamp, zone: String, run: Evaluation) throws(EvaluationError) -> Int64 in
            // Finding the offset of a zone is a search in its history.
            try run.charge(4)
            return LocalTime(moment, offset: try TimeZones.offset(of: zone, at: moment))[keyPath: part]
        }
        var overloads: [Overload] = [.method(inUTC), .method(inZone)]
        if let ofDuration {
            let total: Function1<TimeSpan, Int64> = {
                (span: TimeSpan, _: Evaluation) throws(EvaluationError) -> Int64 in
                ofDuration(span)
            }
            overloads.append(.method(total))
        }
        return FunctionDeclaration(
            name,
            summary: summary,
            examples: ["timestamp('2009-02-13T23:31:30Z').\(example)"],
            overloads: overloads
        )
    }
}

private enum Times {
    /// A constant text is read when the plan is made, so that a bad one is told to the person who wrote it.
    static func refusingBadConstants<R: Payload>(_ read: @escaping Function1<String, R>) -> Overload {
        Overload(
            method: false,
            [.string],
            R.expressionType,
            specialization: { (constants: [Value?]) throws(EvaluationError) -> Implementation? in
                guard case .string(let text)? = constants.first ?? nil else { return nil }
                let value = try read(text, Evaluation(variables: NoVariables())).asValue
                return .unary { (_: Value, _: Evaluation) throws(EvaluationError) -> Value in
                    value
                }
            },
            .calling(read)
        )
    }

    static func sameTimestamp(_ moment: Timestamp, _: Evaluation) throws(EvaluationError) -> Timestamp { moment }

    static func timestampFromText(_ text: String, _ run: Evaluation) throws(EvaluationError) -> Timestamp {
        try run.charge(bytes: text.utf8.count)
        guard let moment = Timestamp(text: text) else {
            throw .invalid("not an RFC 3339 timestamp of the years 1 to 9999: \(excerpt(text))")
        }
        return moment
    }

    static func timestampFromSeconds(_ seconds: Int64, _: Evaluation) throws(EvaluationError) -> Timestamp {
        guard let moment = Timestamp(seconds: seconds, nanoseconds: 0) else {
            throw .overflow("\(seconds) seconds since 1970 are out of the range of timestamps")
        }
        return moment
    }

    static func sameDuration(_ span: TimeSpan, _: Evaluation) throws(EvaluationError) -> TimeSpan { span }

    static func durationFromText(_ text: String, _ run: Evaluation) throws(EvaluationError) -> TimeSpan {
        try run.charge(bytes: text.utf8.count)
        guard let span = TimeSpan(text: text) else {
            throw .invalid("not a duration, or out of range (about 292 years): \(excerpt(text))")
        }
        return span
    }
}

/// A moment as a clock and a calendar somewhere show it.
private struct LocalTime {
    private let days: Int64
    private let secondOfDay: Int64
    private let nanoseconds: Int32

    /// With the offset of the clock there, in seconds east of Greenwich.
    init(_ moment: Timestamp, offset: Int64) {
        let local = moment.seconds + offset
        self.days = local.flooredQuotient(Timestamp.secondsPerDay)
        self.secondOfDay = local - self.days * Timestamp.secondsPerDay
        self.nanoseconds = moment.nanoseconds
    }

    private var civil: CivilDate { CivilDate(daysSince1970: self.days) }

    var year: Int64 { self.civil.year }
    var month: Int64 { self.civil.month - 1 }
    var date: Int64 { self.civil.day }
    var dayOfMonth: Int64 { self.civil.day - 1 }
    /// 1970-01-01 was a Thursday.
    var dayOfWeek: Int64 { self.days + 4 - (self.days + 4).flooredQuotient(7) * 7 }
    var dayOfYear: Int64 {
        let newYear = CivilDate(year: self.year, month: 1, day: 1)?.daysSince1970
        return self.days - (newYear ?? self.days)
    }
    var hours: Int64 { self.secondOfDay / 3600 }
    var minutes: Int64 { self.secondOfDay / 60 % 60 }
    var seconds: Int64 { self.secondOfDay % 60 }
    var milliseconds: Int64 { Int64(self.nanoseconds) / 1_000_000 }
}
