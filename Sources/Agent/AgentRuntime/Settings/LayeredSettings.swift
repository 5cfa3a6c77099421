/// Settings of one layer (a file, the environment), every one of which may be absent: those of a layer are laid over those
/// of the one below it.
protocol LayeredSettings {
    /// All of them, each once.
    static var members: [SettingsMember<Self>] { get }
}

/// One of the settings of a layer.
struct SettingsMember<Settings> {
    fileprivate let fill: (inout Settings, Settings) -> Void

    init<Value>(_ path: WritableKeyPath<Settings, Value?>) {
        self.fill = { settings, below in
            if settings[keyPath: path] == nil { settings[keyPath: path] = below[keyPath: path] }
        }
    }
}

extension LayeredSettings {
    /// These settings where they say something, those of `other` elsewhere.
    func filled(from other: Self) -> Self {
        var result = self
        for member in Self.members { member.fill(&result, other) }
        return result
    }
}
