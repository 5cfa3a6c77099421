/// A head as whoever judges it sees it: in place, and the same for every version of HTTP. Valid during a call only.
package struct HeadView {
    private enum Kind {
        case request(RequestHead)
        case response(ResponseHead)
    }

    private let kind: Kind
    private let bytes: UnsafeRawBufferPointer

    init(_ head: RequestHead, in bytes: UnsafeRawBufferPointer) {
        self.kind = .request(head)
        self.bytes = bytes
    }

    init(_ head: ResponseHead, in bytes: UnsafeRawBufferPointer) {
        self.kind = .response(head)
        self.bytes = bytes
    }

    /// Of a response; 0 for a request.
    package var status: Int {
        if case .response(let head) = self.kind { head.status } else { 0 }
    }

    /// The method as it came; empty for a response.
    package var method: Slice<UnsafeRawBufferPointer> {
        if case .request(let head) = self.kind { self.bytes[head.methodRange] } else { self.bytes[0..<0] }
    }

    /// Path and query as they came; empty for a response.
    package var path: Slice<UnsafeRawBufferPointer> {
        if case .request(let head) = self.kind { self.bytes[head.pathRange] } else { self.bytes[0..<0] }
    }

    /// The host that a request is for, with its port where one was given.
    package var host: Slice<UnsafeRawBufferPointer>? {
        guard case .request(let head) = self.kind else { return nil }
        return head.hostRange.map { self.bytes[$0] }
    }

    package var fieldCount: Int {
        switch self.kind {
        case .request(let head): head.fields.count
        case .response(let head): head.fields.count
        }
    }

    /// One field line; nil for one that is not passed on, of which nobody may know either.
    package func field(_ index: Int) -> (name: Slice<UnsafeRawBufferPointer>, value: Slice<UnsafeRawBufferPointer>)? {
        let slot =
            switch self.kind {
            case .request(let head): head.fields[index]
            case .response(let head): head.fields[index]
            }
        return slot.isDropped ? nil : (self.bytes[slot.name], self.bytes[slot.value])
    }

    /// The value of the first field called `name`, letters of either case being equal.
    package func first(_ name: String) -> Slice<UnsafeRawBufferPointer>? {
        for index in 0..<self.fieldCount {
            guard let field = self.field(index), FieldName.areEqual(field.name, name.utf8) else { continue }
            return field.value
        }
        return nil
    }
}

enum FieldName {
    /// Whether two names are the same, letters of either case being equal.
    static func areEqual(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
        one.count == other.count && zip(one, other).allSatisfy { Self.lower($0) == Self.lower($1) }
    }

    @inline(__always)
    static func lower(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
