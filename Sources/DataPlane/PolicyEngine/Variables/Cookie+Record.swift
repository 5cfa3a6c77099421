import Expression

extension RequestCookie {
    /// The cookie as `req.cookies` has it.
    var record: Value { .record([("name", .string(self.name)), ("value", .string(self.value))]) }
}

extension ResponseCookie {
    /// The cookie as `res.cookies` has it: absent attributes are zero.
    var record: Value {
        .record([
            ("name", .string(self.name)), ("value", .string(self.value)), ("domain", .string(self.domain)),
            ("path", .string(self.path)), ("same_site", .string(self.sameSite)),
            ("expires", .timestamp(self.expires ?? .epoch)), ("max_age", .duration(self.maxAgeSpan)),
            ("http_only", .bool(self.isHTTPOnly)), ("secure", .bool(self.isSecure)),
            ("unparsed_attributes", .record(self.otherAttributes.map { ($0.name, .string($0.value)) })),
        ])
    }

    /// Cut to what a duration can count.
    private var maxAgeSpan: TimeSpan {
        let limit = Int64.max / 1_000_000_000
        return TimeSpan(nanoseconds: min(max(self.maxAge ?? 0, -limit), limit) * 1_000_000_000)
    }
}
