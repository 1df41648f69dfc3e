import { Command } from 'commander';
import type { End } from '../exit-codes.ts';
import { wusCallCommand } from './wus-call.ts';
import { wusConsultationCommand, wusConsultationsCommand } from './wus-consultations.ts';
import { wusListCommand } from './wus-services.ts';
import { wusValidateCommand } from './wus-validate.ts';

export function wusCommand(end: End): Command {
  const command = new Command('wus').description('Services by WUS: synchronous SOAP with partners.');
  const children = [
    wusListCommand(),
    wusCallCommand(),
    wusConsultationsCommand(),
    wusConsultationCommand(),
    wusValidateCommand(end),
  ];
  for (const child of children) command.addCommand(child);
  return command;
}
