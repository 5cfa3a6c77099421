import Foundation
import Model

/// `config add-authtoken`: keeps an authtoken in the configuration file.
package enum AuthtokenFile {
    /// Writes the token into the file, which is made where it is missing.
    ///
    /// - Throws: `AgentSettings.LoadingError` when the file cannot be read, edited or written.
    package static func save(_ token: String, to path: String) throws(AgentSettings.LoadingError) {
        let file = PrivateFile(path: path)
        do {
            let edit = try AuthtokenEdit(token, in: file.read() ?? "")
            try file.replace(with: edit.text)
        } catch let refusal as AuthtokenEdit.Refusal {
            throw AgentSettings.LoadingError(.configurationInvalid, "\(path): \(refusal.description)")
        } catch {
            throw AgentSettings.LoadingError(
                .configurationUnreadable,
                "\(path): cannot be written: \(error.localizedDescription)"
            )
        }
    }
}
