/// The operators on values. What leaves its range is an error; nothing wraps around and no type becomes another.
enum Arithmetic {
    static func add(_ left: Value, _ right: Value, _ run: Evaluation) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try self.checked(left.addingReportingOverflow(right)))
        case (.uint(let left), .uint(let right)): return .uint(try self.checked(left.addingReportingOverflow(right)))
        case (.double(let left), .double(let right)): return .double(left + right)
        case (.string(let left), .string(let right)):
            let count = left.utf8.count + right.utf8.count
            try run.admit(resultBytes: count)
            try run.charge(bytes: count)
            return .string(left + right)
        case (.bytes(let left), .bytes(let right)):
            try run.admit(resultBytes: left.count + right.count)
            try run.charge(bytes: left.count + right.count)
            return .bytes(left + right)
        case (.list(let left), .list(let right)):
            try run.charge(left.count + right.count)
            return .list(left + right)
        default: return try TimeArithmetic.add(left, right)
        }
    }

    static func subtract(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): .int(try self.checked(left.subtractingReportingOverflow(right)))
        case (.uint(let left), .uint(let right)): .uint(try self.checked(left.subtractingReportingOverflow(right)))
        case (.double(let left), .double(let right)): .double(left - right)
        default: try TimeArithmetic.subtract(left, right)
        }
    }

    static func multiply(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int(let left), .int(let right)): .int(try self.checked(left.multipliedReportingOverflow(by: right)))
        case (.uint(let left), .uint(let right)): .uint(try self.checked(left.multipliedReportingOverflow(by: right)))
        case (.double(let left), .double(let right)): .double(left * right)
        default: throw self.noOverload(.multiply, left, right)
        }
    }

    static func divide(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int, .int(0)), (.uint, .uint(0)): throw EvaluationError(.divisionByZero)
        case (.int(let left), .int(let right)): .int(try self.checked(left.dividedReportingOverflow(by: right)))
        case (.uint(let left), .uint(let right)): .uint(left / right)
        case (.double(let left), .double(let right)): .double(left / right)
        default: throw self.noOverload(.divide, left, right)
        }
    }

    static func modulo(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.int, .int(0)), (.uint, .uint(0)): throw EvaluationError(.divisionByZero)
        case (.int(let left), .int(let right)):
            .int(try self.checked(left.remainderReportingOverflow(dividingBy: right)))
        case (.uint(let left), .uint(let right)): .uint(left % right)
        default: throw self.noOverload(.modulo, left, right)
        }
    }

    static func negate(_ value: Value) throws(EvaluationError) -> Value {
        switch value {
        case .int(let int): .int(try self.checked(Int64(0).subtractingReportingOverflow(int)))
        case .double(let double): .double(-double)
        default: throw EvaluationError(.noSuchOverload("-\(value.typeName.rawValue)"))
        }
    }

    /// Whether a list has an equal element, or a map an equal key.
    static func contains(_ container: Value, _ element: Value, _ run: Evaluation) throws(EvaluationError) -> Bool {
        switch container {
        case .list(let elements):
            try run.charge(elements.count)
            for other in elements where try other.equals(element, run) {
                return true
            }
            return false
        case .map(let map): return map.hasKey(element)
        default: throw self.noOverload(.contained, element, container)
        }
    }

    static func noOverload(_ operation: Operator, _ left: Value, _ right: Value) -> EvaluationError {
        EvaluationError(.noSuchOverload("\(left.typeName.rawValue) \(operation.sign) \(right.typeName.rawValue)"))
    }

    @inline(__always)
    private static func checked<Number: FixedWidthInteger>(
        _ result: (partialValue: Number, overflow: Bool)
    ) throws(EvaluationError) -> Number {
        guard !result.overflow else {
            throw EvaluationError(.overflow(Number.isSigned ? "the result is no int" : "the result is no uint"))
        }
        return result.partialValue
    }
}

/// `+` and `-` of timestamps and durations.
private enum TimeArithmetic {
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000

    static func add(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.timestamp(let moment), .duration(let span)), (.duration(let span), .timestamp(let moment)):
            return .timestamp(try self.moment(moment, after: span.nanoseconds, sign: 1))
        case (.duration(let left), .duration(let right)):
            return .duration(try self.span(left.nanoseconds.addingReportingOverflow(right.nanoseconds)))
        default: throw Arithmetic.noOverload(.add, left, right)
        }
    }

    static func subtract(_ left: Value, _ right: Value) throws(EvaluationError) -> Value {
        switch (left, right) {
        case (.timestamp(let moment), .duration(let span)):
            return .timestamp(try self.moment(moment, after: span.nanoseconds, sign: -1))
        case (.timestamp(let left), .timestamp(let right)): return .duration(try self.span(from: right, to: left))
        case (.duration(let left), .duration(let right)):
            return .duration(try self.span(left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)))
        default: throw Arithmetic.noOverload(.subtract, left, right)
        }
    }

    private static func moment(
        _ start: Timestamp,
        after nanoseconds: Int64,
        sign: Int64
    ) throws(EvaluationError) -> Timestamp {
        var seconds = start.seconds + sign * (nanoseconds / self.nanosecondsPerSecond)
        var fraction = Int64(start.nanoseconds) + sign * (nanoseconds % self.nanosecondsPerSecond)
        if fraction < 0 {
            fraction += self.nanosecondsPerSecond
            seconds -= 1
        } else if fraction >= self.nanosecondsPerSecond {
            fraction -= self.nanosecondsPerSecond
            seconds += 1
        }
        guard let moment = Timestamp(seconds: seconds, nanoseconds: Int32(fraction)) else {
            throw EvaluationError(.overflow("the timestamp is outside of the years 1 to 9999"))
        }
        return moment
    }

    private static func span(from start: Timestamp, to end: Timestamp) throws(EvaluationError) -> TimeSpan {
        let seconds = end.seconds - start.seconds
        let fraction = Int64(end.nanoseconds) - Int64(start.nanoseconds)
        // One second is moved to the fraction, so that a sum that fits isn't refused for a product that doesn't.
        let sign: Int64 = seconds < 0 ? -1 : seconds > 0 ? 1 : 0
        let (whole, isTooLong) = (seconds - sign).multipliedReportingOverflow(by: self.nanosecondsPerSecond)
        let sum = whole.addingReportingOverflow(sign * self.nanosecondsPerSecond + fraction)
        return try self.span((sum.partialValue, isTooLong || sum.overflow))
    }

    private static func span(_ result: (partialValue: Int64, overflow: Bool)) throws(EvaluationError) -> TimeSpan {
        guard !result.overflow else {
            throw EvaluationError(.overflow("the duration is longer than about 292 years"))
        }
        return TimeSpan(nanoseconds: result.partialValue)
    }
}
