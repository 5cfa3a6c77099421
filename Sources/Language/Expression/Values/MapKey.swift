/// A key of a map, alike for all that are equal: `1`, `1u` and `1.0` find the same entry. Strings are told apart by their
/// bytes.
struct MapKey: Hashable {
    private enum Form {
        case bool(Bool)
        case int(Int64)
        /// Beyond the range of `int`.
        case large(UInt64)
        case string(String)
    }

    private let form: Form

    /// Nil for a value that equals no key.
    init?(_ value: Value) {
        switch value {
        case .bool(let bool): self.form = .bool(bool)
        case .int(let int): self.form = .int(int)
        case .uint(let uint): self.form = Int64(exactly: uint).map(Form.int) ?? .large(uint)
        case .string(let text): self.form = .string(text)
        case .double(let double):
            if let int = Int64(exactly: double) {
                self.form = .int(int)
            } else if let uint = UInt64(exactly: double) {
                self.form = .large(uint)
            } else {
                return nil
            }
        default: return nil
        }
    }

    static func == (left: MapKey, right: MapKey) -> Bool {
        switch (left.form, right.form) {
        case (.string(let left), .string(let right)): StringOrder.areEqual(left, right)
        case (.int(let left), .int(let right)): left == right
        case (.bool(let left), .bool(let right)): left == right
        case (.large(let left), .large(let right)): left == right
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self.form {
        case .bool(let bool): hasher.combine(bool)
        case .int(let int): hasher.combine(int)
        case .large(let uint): hasher.combine(uint)
        case .string(let text):
            StringOrder.withBytes(of: text) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}
