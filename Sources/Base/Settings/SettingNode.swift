/// A piece of configuration with its place: what the text says, before a type has looked at it.
package struct SettingNode: Sendable {
    package enum Value: Sendable {
        /// Nothing stands behind the key; the same as if the key were missing.
        case null
        /// The text of a scalar, quoted or not. Types read the text; YAML's own idea of `yes` or `010` has no say.
        case scalar(String)
        case sequence([SettingNode])
        /// In the order of the text; no key stands twice.
        case mapping([Entry])
    }

    package struct Entry: Sendable {
        package let key: String
        package let keyPlace: SettingPlace
        package let node: SettingNode
    }

    package let value: Value
    package let place: SettingPlace
    /// Whether a scalar stands without quotes, so that others than types may read `10` as a number.
    package let isPlain: Bool

    package init(_ value: Value, at place: SettingPlace, isPlain: Bool = true) {
        self.value = value
        self.place = place
        self.isPlain = isPlain
    }

    /// The value's form in words, for messages.
    var form: String {
        switch self.value {
        case .null: "nothing"
        case .scalar: "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
