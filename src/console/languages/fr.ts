export default import.meta.glob('../../messages/fr/{console,pin,help}.json', { eager: true, import: 'default' });
