extension SettingsSchema {
    /// The reference of all settings in Markdown: sections as headings, each setting with what it is for, what it may
    /// be, its default, and the variable and the flag that set it.
    package var reference: String {
        self.settings.map(Self.entry).joined(separator: "\n\n") + "\n"
    }

    private static func entry(_ setting: SettingDescription) -> String {
        let heading = setting.kind == .section ? "##" : "###"
        var lines = ["\(heading) `\(setting.path)`", "", setting.summary]
        guard setting.kind != .section else { return lines.joined(separator: "\n") }

        let value = setting.expectation.prefix(1).uppercased() + setting.expectation.dropFirst() + "."
        let standard = setting.defaultText.map { "Default: \(Self.code($0))." } ?? "Required."
        lines += ["", "\(value) \(standard)"]
        if let flag = setting.flag {
            let names = setting.variables + [flag]
            lines += ["", names.map { "`\($0)`" }.joined(separator: ", ")]
        }
        return lines.joined(separator: "\n")
    }

    /// A value is code, a description in words isn't.
    private static func code(_ text: String) -> String {
        text.contains(" ") ? text : "`\(text)`"
    }
}
