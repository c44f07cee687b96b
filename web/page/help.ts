// The help page runs nothing: only its theme follows the reader's choice.

import { Theme } from "./theme";

new Theme(true);
